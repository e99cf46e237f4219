/** The hosts of a command line: --hosts and --hosts-file. */
import { createReadStream } from 'node:fs';
import { expandHosts, parseHostsFile } from '@remctl/core';
import type { HostsMode } from '../options/options.js';

/** The name of standard input as a file. */
const STANDARD_INPUT = '-';
/** Bytes of a file of hosts at most: more than 100,000 of the longest names. */
const MAX_FILE = 32 * 1024 * 1024;

export interface HostList {
  /** The hosts in the order of the command line, each once. */
  readonly hosts: readonly string[];
  /** The hosts that were named again, in whatever case. */
  readonly repeated: readonly string[];
}

async function readText(path: string): Promise<string> {
  const stream = path === STANDARD_INPUT ? process.stdin : createReadStream(path);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_FILE) {
      throw new Error(`it has more than ${MAX_FILE} bytes`);
    }
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
}

async function hostsOfFile(path: string): Promise<string[]> {
  try {
    return parseHostsFile(await readText(path));
  } catch (cause) {
    const name = path === STANDARD_INPUT ? 'standard input' : path;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot take hosts from ${name}: ${reason}`, { cause });
  }
}

/** Parts hosts that are named first from hosts that are named again. Names have no case (RFC 4343). */
function once(all: readonly string[]): HostList {
  const known = new Set<string>();
  const hosts: string[] = [];
  const repeated: string[] = [];
  for (const host of all) {
    const name = host.toLowerCase();
    (known.has(name) ? repeated : hosts).push(host);
    known.add(name);
  }
  return { hosts, repeated };
}

/**
 * Returns the hosts of a command line. Throws an Error if a file cannot be read, a list is not well
 * formed, or no host is named.
 */
export async function hostListOf({
  hosts,
  hostsFiles,
}: Pick<HostsMode, 'hosts' | 'hostsFiles'>): Promise<HostList> {
  const lists = hosts.map(expandHosts);
  for (const path of hostsFiles) {
    lists.push(await hostsOfFile(path));
  }
  const list = once(lists.flat());
  if (list.hosts.length === 0) {
    throw new Error('no host is named: --hosts and --hosts-file give none');
  }
  return list;
}
