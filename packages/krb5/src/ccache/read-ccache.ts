/** Reads the credential cache that has a given name. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { readFileUpTo, systemErrorCode, unreadableReason } from '../file/read-file.js';
import type { Ccache } from './ccache.js';
import { type CcacheLocation, locateCcache, SUBSIDIARY_PREFIX } from './ccache-name.js';
import { decodeCcache } from './decode.js';

/** Room for some hundred tickets with large authorization data. */
const MAX_CCACHE_BYTES = 16 * 1024 * 1024;
const PRIMARY_FILE = 'primary';
/** libkrb5's bound for the line that names the primary cache. */
const MAX_PRIMARY_BYTES = 63;

/**
 * A writer takes the old file away, makes a new one and fills it, under a lock that node:fs has no means to
 * wait for. What may be one of those moments is looked at again.
 */
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 20;
const MOMENTARY: ReadonlySet<number> = new Set([
  LocalErrorCode.KRB5_FCC_NOFILE,
  LocalErrorCode.KRB5_CC_FORMAT,
]);

/** A cache, and the file that it was in. */
export interface ReadCcache {
  readonly path: string;
  readonly ccache: Ccache;
}

/** What the system's refusal of a file means for one who needs credentials. */
function readError(path: string, cause: unknown): unknown {
  const code = systemErrorCode(cause);
  if (code === undefined) {
    return cause;
  }
  const details = { cause };
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new Krb5Error(
      LocalErrorCode.KRB5_FCC_NOFILE,
      `no credentials: run kinit, or give keytab (${path} does not exist)`,
      details,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Krb5Error(
      LocalErrorCode.KRB5_FCC_PERM,
      `the credential cache ${path} may not be read by this user: check its owner, or KRB5CCNAME`,
      details,
    );
  }
  return new Krb5Error(
    LocalErrorCode.KRB5_CC_IO,
    `the credential cache ${path} cannot be read: ${unreadableReason(code)}`,
    details,
  );
}

async function readUpTo(path: string, limit: number): Promise<Buffer> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readFileUpTo(path, limit);
  } catch (cause) {
    throw readError(path, cause);
  }
  if (bytes === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_FORMAT,
      `the credential cache file ${path} has more than ${limit} bytes`,
    );
  }
  return bytes;
}

/** The file of a directory's primary cache: what `primary` names, else `tkt`. */
async function primaryPath(directory: string): Promise<string> {
  const primary = join(directory, PRIMARY_FILE);
  let line: string;
  try {
    line = (await readFileUpTo(primary, MAX_PRIMARY_BYTES))?.toString('latin1') ?? '';
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') {
      return join(directory, SUBSIDIARY_PREFIX);
    }
    throw readError(primary, cause);
  }
  const name = /^(tkt[^/\\\n]*)\n/.exec(line)?.[1];
  if (name === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_FORMAT,
      `${primary} does not name a cache: run kswitch or kinit`,
    );
  }
  return join(directory, name);
}

async function readOnce(location: CcacheLocation): Promise<ReadCcache> {
  const path = location.type === 'file' ? location.path : await primaryPath(location.path);
  const bytes = await readUpTo(path, MAX_CCACHE_BYTES);
  try {
    return { path, ccache: decodeCcache(bytes) };
  } catch (cause) {
    if (cause instanceof Krb5Error) {
      throw new Krb5Error(cause.code, `${path}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

/**
 * Reads the cache called `name` (see `locateCcache`), of a DIR collection the primary one. Rejects with
 * Krb5Error: KRB5_FCC_NOFILE, KRB5_FCC_PERM, KRB5_CC_IO, and those of `locateCcache` and `decodeCcache`.
 */
export async function readCcache(name: string): Promise<ReadCcache> {
  const location = locateCcache(name);
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    try {
      const read = await readOnce(location);
      if (read.ccache.credentials.length > 0) {
        return read;
      }
    } catch (error) {
      if (!(error instanceof Krb5Error) || !MOMENTARY.has(error.code)) {
        throw error;
      }
    }
    await sleep(RETRY_DELAY_MS);
  }
  return readOnce(location);
}
