/** Credential caches of type FILE: one file each. */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { readFileUpTo, systemErrorCode, unreadableReason } from '../file/read-file.js';
import type { Principal } from '../principal.js';
import type { CcacheLocation, CcacheType, ReadCcache } from './ccache-type.js';
import { decodeCcache, decodeCcacheClient } from './decode.js';

/** Room for some hundred tickets with large authorization data. */
const MAX_CCACHE_BYTES = 16 * 1024 * 1024;

/**
 * A writer removes the old file, makes a new one and fills it, under a lock that node:fs cannot
 * wait for. A file that may be in one of those moments is read again.
 */
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 20;
/** How often a file is read that may be in one of those moments, by the error. */
const ATTEMPTS_AFTER: ReadonlyMap<number, number> = new Map([
  // Between the old file and the new one there is only an instant, and often there is no file.
  [LocalErrorCode.KRB5_FCC_NOFILE, 2],
  [LocalErrorCode.KRB5_CC_FORMAT, ATTEMPTS],
]);

/** `FILE:/path`. */
export const fileType: CcacheType = {
  name: 'FILE',
  locate: (residual, fullName) => fileCcache(requirePath(residual, fullName)),
  collection: () => undefined,
};

/** Returns the cache in the file at `path`. */
export function fileCcache(path: string): CcacheLocation {
  return {
    name: `${fileType.name}:${path}`,
    signature: () => fileSignature(path),
    client: () =>
      settled(
        () => readClient(path),
        () => true,
      ),
    read: () => readSettled(() => readCcacheFile(path)),
  };
}

/** Returns `residual`. Throws Krb5Error KRB5_CC_BADNAME if it is empty. */
export function requirePath(residual: string, fullName: string): string {
  if (residual === '') {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_BADNAME,
      `the credential cache's name "${fullName}" has no path: use FILE:/path`,
    );
  }
  return residual;
}

/** Returns a text that changes whenever the file is written or replaced; empty if there is none. */
export async function fileSignature(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    return '';
  }
}

/** Reads a cache's file once. Throws as `CcacheLocation.read` does. */
export async function readCcacheFile(path: string): Promise<ReadCcache> {
  return { path, ccache: await decodeFile(path, decodeCcache) };
}

/** Reads the principal in a cache's file once. */
function readClient(path: string): Promise<Principal> {
  return decodeFile(path, decodeCcacheClient);
}

async function decodeFile<T>(path: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  const bytes = await readUpTo(path, MAX_CCACHE_BYTES);
  try {
    return decode(bytes);
  } catch (cause) {
    if (cause instanceof Krb5Error) {
      throw new Krb5Error(cause.code, `${path}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

/** Reads a cache with `readOnce`, again if a writer may be replacing it just now. */
export function readSettled(readOnce: () => Promise<ReadCcache>): Promise<ReadCcache> {
  return settled(
    readOnce,
    ({ ccache }) => ccache.credentials.length > 0 && ccache.damage === undefined,
  );
}

/**
 * Returns what `readOnce` gives, as soon as it is `whole`. A file that does not exist is looked for
 * once more: a writer makes the new one at once, and what takes time is to fill it.
 */
async function settled<T>(readOnce: () => Promise<T>, isWhole: (read: T) => boolean): Promise<T> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) {
    try {
      const read = await readOnce();
      if (isWhole(read)) {
        return read;
      }
    } catch (error) {
      if (!(error instanceof Krb5Error) || attempt >= (ATTEMPTS_AFTER.get(error.code) ?? 1)) {
        throw error;
      }
    }
    await sleep(RETRY_DELAY_MS);
  }
  return readOnce();
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

/**
 * Returns the error for a cache's file that the system refuses. Gives back errors that are not the
 * system's.
 */
export function readError(path: string, cause: unknown): unknown {
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
