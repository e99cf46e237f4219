/** Credential caches of type DIR: directories with a primary cache. */
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
};

function primaryCcache(directory: string): CcacheLocation {
  return {
    name: `${dirType.name}:${directory}`,
    signature: () => primarySignature(directory),
    read: () => readSettled(async () => readCcacheFile(await primaryPath(directory))),
  };
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
