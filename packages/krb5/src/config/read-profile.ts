/** Finds and reads krb5.conf files, with their includes, as MIT Kerberos does. */

import { readdir, realpath } from 'node:fs/promises';
import { devNull, homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { messageOf } from '../errors.js';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { Krb5ConfigError } from './config-error.js';
import type { Environment } from './expand-path.js';
import { type Include, type MutableSection, newSection, readText } from './parse-profile.js';
import type { Profile, Section } from './profile.js';

const DEFAULT_FILE = '/etc/krb5.conf';

/** Bounds far above any real configuration, so that no file can make the client read for ever. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 256;
const MAX_BYTES = 4 * MAX_FILE_BYTES;

/** The names of the files that includedir reads. */
const INCLUDED_NAME = /^(?:[A-Za-z0-9_-]+|[^.].*\.conf)$/s;

/** The state that the files of one configuration share while they are read. */
interface Reading {
  /** The section that takes the files' sections. */
  readonly root: MutableSection;
  /** The real paths of the files that include each other, from the outermost in. */
  readonly including: readonly string[];
  readonly budget: { files: number; bytes: number };
}

/** Reads a file and its includes into `reading.root`. */
async function readFile(reading: Reading, path: string): Promise<void> {
  const real = await realpath(path);
  if (reading.including.includes(real)) {
    throw new Krb5ConfigError('this file includes itself', { file: path });
  }
  reading.budget.files -= 1;
  if (reading.budget.files < 0) {
    throw new Krb5ConfigError(`more than ${MAX_FILES} files`, { file: path });
  }
  // Users set KRB5_CONFIG=/dev/null to have no configuration.
  const bytes = real === devNull ? Buffer.alloc(0) : await readFileUpTo(path, MAX_FILE_BYTES);
  if (bytes === undefined) {
    throw new Krb5ConfigError(`larger than ${MAX_FILE_BYTES} bytes`, { file: path });
  }
  reading.budget.bytes -= bytes.length;
  if (reading.budget.bytes < 0) {
    throw new Krb5ConfigError(`more than ${MAX_BYTES} bytes in all files`, { file: path });
  }
  const inner = { ...reading, including: [...reading.including, real] };
  for (const directive of readText(bytes.toString('utf8'), path, reading.root)) {
    await readIncluded(inner, directive);
  }
}

async function readIncluded(
  reading: Reading,
  { directive, path, position }: Include,
): Promise<void> {
  try {
    await (directive === 'include' ? readFile(reading, path) : readDirectory(reading, path));
  } catch (cause) {
    if (systemErrorCode(cause) === undefined) {
      throw cause;
    }
    const reason = messageOf(cause);
    throw new Krb5ConfigError(`cannot ${directive} ${path}: ${reason}`, position, { cause });
  }
}

/** Reads the files of a directory that includedir takes, in the order of their names' bytes. */
async function readDirectory(reading: Reading, path: string): Promise<void> {
  const names = (await readdir(path)).filter((name) => INCLUDED_NAME.test(name));
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    try {
      await readFile(reading, join(path, name));
    } catch (error) {
      // A directory inside the directory is passed over.
      if (systemErrorCode(error) !== 'EISDIR') {
        throw error;
      }
    }
  }
}

async function readFileOrDirectory(path: string): Promise<Section> {
  const root = newSection();
  const reading: Reading = { root, including: [], budget: { files: MAX_FILES, bytes: MAX_BYTES } };
  try {
    await readFile(reading, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'EISDIR') {
      throw error;
    }
    await readDirectory(reading, path);
  }
  return root;
}

/**
 * The paths between the colons of KRB5_CONFIG, or its semicolons on Windows, where a drive has a colon
 * (`~/` is the home directory); else /etc/krb5.conf.
 */
function configFiles(env: Environment): string[] {
  return (env.KRB5_CONFIG ?? DEFAULT_FILE)
    .split(delimiter)
    .filter((path) => path !== '')
    .map((path) => (path.startsWith('~/') ? join(env.HOME ?? homedir(), path.slice(2)) : path));
}

/**
 * Reads the configuration that `env` names: the files in KRB5_CONFIG, else /etc/krb5.conf. Files
 * that do not exist are skipped, even if no file is left. Files without read permission are skipped
 * if another file can be read. Throws Krb5ConfigError if a file cannot be read or parsed, and for
 * more than 256 files, 1 MiB in a file or 4 MiB in all.
 */
export async function readProfile(env: Environment = process.env): Promise<Profile> {
  const files: { readonly path: string; readonly root: Section }[] = [];
  const missing: string[] = [];
  let refused: Krb5ConfigError | undefined;
  for (const path of configFiles(env)) {
    try {
      files.push({ path, root: await readFileOrDirectory(path) });
    } catch (cause) {
      const code = systemErrorCode(cause);
      if (code === undefined) {
        throw cause;
      }
      if (code === 'ENOENT') {
        missing.push(path);
        continue;
      }
      const reason = messageOf(cause);
      const error = new Krb5ConfigError(`cannot be read: ${reason}`, { file: path }, { cause });
      if (code !== 'EACCES' && code !== 'EPERM') {
        throw error;
      }
      refused ??= error;
    }
  }
  if (files.length === 0 && refused !== undefined) {
    throw refused;
  }
  return { files, missing };
}
