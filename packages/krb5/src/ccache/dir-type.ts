/** Credential caches of type DIR: directories with a primary cache. */
import { opendir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import type { CcacheLocation, CcacheType } from './ccache-type.js';
import {
  fileCcache,
  fileSignature,
  readCcacheFile,
  readError,
  readSettled,
  requirePath,
} from './file-type.js';

/** The name of every cache file in the directory begins so. */
const SUBSIDIARY_PREFIX = 'tkt';
/** The file that names the primary cache. */
const PRIMARY_FILE = 'primary';
/** libkrb5's bound for the line in that file. */
const MAX_PRIMARY_BYTES = 63;

/** `DIR:/directory` and `DIR::/directory/tktXXXXXX`. */
export const dirType: CcacheType = {
  name: 'DIR',
  locate(residual, fullName) {
    const path = requirePath(residual, fullName);
    return path.startsWith(':')
      ? fileCcache(requireSubsidiary(path.slice(1), fullName))
      : primaryCcache(path);
  },
  collection(residual, fullName) {
    const path = requirePath(residual, fullName);
    return path.startsWith(':') ? undefined : () => cachesIn(path);
  },
};

function primaryCcache(directory: string): CcacheLocation {
  return {
    name: `${dirType.name}:${directory}`,
    signature: () => primarySignature(directory),
    client: async () => fileCcache(await primaryPath(directory)).client(),
    read: () => readSettled(async () => readCcacheFile(await primaryPath(directory))),
  };
}

/** Gives the primary cache of a directory, and then the others as the system lists them. */
async function* cachesIn(directory: string): AsyncGenerator<CcacheLocation> {
  const primary = await namedPrimaryPath(directory).catch(unlessRefused);
  if (primary !== undefined && (await fileSignature(primary)) !== '') {
    yield fileCcache(primary);
  }
  // The order counts if several caches are as good. libkrb5 does not sort the names either.
  const entries = await opendir(directory).catch(unlessRefused);
  for await (const { name } of entries ?? []) {
    const path = join(directory, name);
    if (name.startsWith(SUBSIDIARY_PREFIX) && path !== primary) {
      yield fileCcache(path);
    }
  }
}

/** Gives undefined for a refusal of the system, or a file without a name in it. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof Krb5Error) && systemErrorCode(error) === undefined) {
    throw error;
  }
  return undefined;
}

async function primarySignature(directory: string): Promise<string> {
  try {
    const path = await primaryPath(directory);
    const signature = await fileSignature(path);
    return signature === '' ? '' : `${path} ${signature}`;
  } catch (error) {
    if (error instanceof Krb5Error) {
      return '';
    }
    throw error;
  }
}

/** Returns the path of the directory's primary cache: the one that `primary` names, else `tkt`. */
async function primaryPath(directory: string): Promise<string> {
  return (await namedPrimaryPath(directory)) ?? join(directory, SUBSIDIARY_PREFIX);
}

/** Returns the path of the cache that `primary` names; undefined if there is no such file. */
async function namedPrimaryPath(directory: string): Promise<string | undefined> {
  const primary = join(directory, PRIMARY_FILE);
  let line: string;
  try {
    line = (await readFileUpTo(primary, MAX_PRIMARY_BYTES))?.toString('latin1') ?? '';
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') {
      return undefined;
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

function requireSubsidiary(path: string, fullName: string): string {
  if (
    !path.includes('/') ||
    dirname(path) === '' ||
    !basename(path).startsWith(SUBSIDIARY_PREFIX)
  ) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_BADNAME,
      `the credential cache ${fullName} has no file in a directory whose name begins with tkt: ` +
        'use DIR::/directory/tktXXXXXX, or DIR:/directory for its primary cache',
    );
  }
  return path;
}
