/** The file .k5identity: which client a user wants to be for which server. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../config/expand-path.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { NameType, type Principal, parsePrincipal } from '../principal.js';
import { asciiLowerCase } from '../text/ascii-case.js';
import { fnmatch } from '../text/fnmatch.js';

const FILE_NAME = '.k5identity';
/** Room for some thousand lines. */
const MAX_BYTES = 1024 * 1024;
/** libkrb5 takes the bytes after these of a line for another line. */
const MAX_LINE_BYTES = 255;

/** The client that a line of the file names. */
export interface Identity {
  readonly client: Principal;
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Returns the client of the first line of ~/.k5identity that fits `server`: undefined if there is
 * none, or if the system refuses the file. A line is a principal and fields `realm=`, `service=` and
 * `host=`, whose values are shell patterns; `service` and `host` fit host-based services alone
 * (MIT Kerberos, ".k5identity").
 *
 * Throws Krb5Error KRB5_CC_IO for a file of more than a mebibyte: its end could name another client.
 */
export async function identityFor(
  server: Principal,
  defaultRealm: string | undefined,
  env: Environment,
): Promise<Identity | undefined> {
  const path = identityPath(env);
  const text = path === undefined ? undefined : await readText(path);
  if (path === undefined || text === undefined) {
    return undefined;
  }
  for (const { number, line } of linesOf(text)) {
    const client = clientOf(line, server, defaultRealm);
    if (client !== undefined) {
      return { client, path, line: number };
    }
  }
  return undefined;
}

/** Returns the file's path; undefined for a user without a home, and on Windows, as in libkrb5. */
function identityPath(env: Environment): string | undefined {
  if (process.platform === 'win32') {
    return undefined;
  }
  try {
    return join(env.HOME ?? userInfo().homedir, FILE_NAME);
  } catch (error) {
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    return undefined;
  }
}

/** Reads the file as bytes, one a character. */
async function readText(path: string): Promise<string | undefined> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readFileUpTo(path, MAX_BYTES);
  } catch (error) {
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    return undefined;
  }
  if (bytes === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_IO,
      `${path} has more than ${MAX_BYTES} bytes: make it smaller, or name the credential cache to use`,
    );
  }
  return bytes.toString('latin1');
}

function* linesOf(text: string): Generator<{ readonly number: number; readonly line: string }> {
  let number = 0;
  for (const whole of text.split('\n')) {
    number += 1;
    for (let at = 0; at < whole.length; at += MAX_LINE_BYTES) {
      const [line = ''] = whole.slice(at, at + MAX_LINE_BYTES).split('\0', 1);
      yield { number, line };
    }
  }
}

/** Returns the line's principal if `server` meets all of the line's constraints. */
function clientOf(
  line: string,
  server: Principal,
  defaultRealm: string | undefined,
): Principal | undefined {
  const [name, ...fields] = line.split(/[ \t\r]+/).filter((word) => word !== '');
  if (name === undefined || name.startsWith('#')) {
    return undefined;
  }
  if (!fields.every((field) => meets(server, field))) {
    return undefined;
  }
  try {
    return parsePrincipal(Buffer.from(name, 'latin1').toString(), { defaultRealm });
  } catch (error) {
    if (error instanceof Krb5Error) {
      return undefined;
    }
    throw error;
  }
}

/** Tells whether `server` meets a constraint `name=pattern`; an unknown one is never met. */
function meets({ nameType, components, realm }: Principal, field: string): boolean {
  const [, name, pattern] = /^([^=]*)=(.*)$/s.exec(field) ?? [];
  if (pattern === undefined) {
    return false;
  }
  if (name === 'realm') {
    return fnmatch(pattern, bytesOf(realm));
  }
  const [service, host] = components;
  if (nameType !== NameType.KRB5_NT_SRV_HST || service === undefined || host === undefined) {
    return false;
  }
  if (name === 'service') {
    return fnmatch(pattern, bytesOf(service));
  }
  return name === 'host' && fnmatch(pattern, bytesOf(asciiLowerCase(host)));
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
