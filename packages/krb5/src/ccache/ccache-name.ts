/** The names of credential caches: `TYPE:residual`, or a path. */
import { basename, dirname } from 'node:path';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

/** Every subsidiary cache of a directory has a name that begins so. */
export const SUBSIDIARY_PREFIX = 'tkt';

/** A cache's file, or the directory (type DIR) of a collection whose primary cache is meant. */
export type CcacheLocation =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'directory'; readonly path: string };

function subsidiary(name: string, path: string): CcacheLocation {
  if (
    !path.includes('/') ||
    dirname(path) === '' ||
    !basename(path).startsWith(SUBSIDIARY_PREFIX)
  ) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_BADNAME,
      `the credential cache ${name} has no file in a directory whose name begins with tkt: ` +
        'use DIR::/directory/tktXXXXXX, or DIR:/directory for its primary cache',
    );
  }
  return { type: 'file', path };
}

/**
 * Where the cache called `name` is: `FILE:/path`, `/path`, `DIR:/directory` or `DIR::/directory/tktXXXXXX`.
 * Throws Krb5Error: KRB5_CC_BADNAME for a name without a path, KRB5_CC_UNKNOWN_TYPE for types whose
 * caches are not files (KEYRING, KCM, API, MSLSA, MEMORY), with what to do instead.
 */
export function locateCcache(name: string): CcacheLocation {
  // A path may hold a colon, and a single letter before one is a drive.
  const [, type = 'FILE', residual = name] = /^([^:/]{2,}|):(.*)$/s.exec(name) ?? [];
  if (type !== 'FILE' && type !== 'DIR') {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_UNKNOWN_TYPE,
      `the credential cache ${name} is of type ${type || '(none)'}, which cannot be read here: ` +
        'run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path, or give keytab',
    );
  }
  if (residual === '') {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_BADNAME,
      `the credential cache's name "${name}" has no path: use FILE:/path`,
    );
  }
  if (type === 'FILE') {
    return { type: 'file', path: residual };
  }
  return residual.startsWith(':')
    ? subsidiary(name, residual.slice(1))
    : { type: 'directory', path: residual };
}
