/** The names of credential caches, and the table of their types. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { CcacheLocation, CcacheType } from './ccache-type.js';
import { dirType } from './dir-type.js';
import { fileType } from './file-type.js';

const CCACHE_TYPES: readonly CcacheType[] = [fileType, dirType];

const byName: ReadonlyMap<string, CcacheType> = new Map(
  CCACHE_TYPES.map((type) => [type.name, type]),
);

/**
 * Finds the cache called `name`: `FILE:/path`, `/path`, `DIR:/directory` or
 * `DIR::/directory/tktXXXXXX`. Throws Krb5Error KRB5_CC_UNKNOWN_TYPE, with what to do instead, for a
 * type that is not in the table (KEYRING, KCM, API, MSLSA, MEMORY), KRB5_CC_BADNAME for a name that
 * the type does not allow.
 */
export function locateCcache(name: string): CcacheLocation {
  // A path may hold a colon, and a single letter before one is a drive.
  const [, typeName = fileType.name, residual = name] = /^([^:/]{2,}|):(.*)$/s.exec(name) ?? [];
  const type = byName.get(typeName);
  if (type === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_UNKNOWN_TYPE,
      `the credential cache ${name} is of type ${typeName || '(none)'}, which cannot be read here: ` +
        'run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path, or give keytab',
    );
  }
  return type.locate(residual, name);
}
