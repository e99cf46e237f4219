/** The names of credential caches, and the table of their types. */
import type { Krb5Config } from '../config/krb5-config.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { CcacheCollection, CcacheLocation, CcacheType } from './ccache-type.js';
import { dirType } from './dir-type.js';
import { fileType } from './file-type.js';
import { kcmType } from './kcm-type.js';
import { memoryType } from './memory-type.js';

const CCACHE_TYPES: readonly CcacheType[] = [fileType, dirType, kcmType, memoryType];

const byName: ReadonlyMap<string, CcacheType> = new Map(
  CCACHE_TYPES.map((type) => [type.name, type]),
);

/**
 * Finds the cache called `name`: `FILE:/path`, `/path`, `DIR:/directory`,
 * `DIR::/directory/tktXXXXXX`, `KCM:`, `KCM:name` or `MEMORY:name`. `config` says where the KCM daemon
 * is. Throws Krb5Error KRB5_CC_UNKNOWN_TYPE, with what to do instead, for a type that is not in the
 * table (KEYRING, API, MSLSA), KRB5_CC_BADNAME for a name that the type does not allow.
 */
export function locateCcache(name: string, config?: Krb5Config): CcacheLocation {
  const { type, residual } = typeOf(name);
  return type.locate(residual, name, config);
}

/**
 * Returns the caches of the collection called `name`, the primary one first; undefined if `name` is
 * that of one cache. Throws as `locateCcache` does.
 */
export function ccacheCollection(name: string, config: Krb5Config): CcacheCollection | undefined {
  const { type, residual } = typeOf(name);
  return type.collection(residual, name, config);
}

function typeOf(name: string): { readonly type: CcacheType; readonly residual: string } {
  // A path may hold a colon, and a single letter before one is a drive.
  const [, typeName = fileType.name, residual = name] = /^([^:/]{2,}|):(.*)$/s.exec(name) ?? [];
  const type = byName.get(typeName);
  if (type === undefined) {
    throw unknownType(name, typeName);
  }
  return { type, residual };
}

/** Types that the system's Kerberos library reads on systems that have them. */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set(['KEYRING', 'API', 'MSLSA']);

/** Ends the message for a type of the system. Whoever can use that library may look for it. */
export const SYSTEM_LIBRARY_READS_IT = "the system's Kerberos library can read it";

function unknownType(name: string, typeName: string): Krb5Error {
  const also = OF_THE_SYSTEM.has(typeName) ? `; ${SYSTEM_LIBRARY_READS_IT}` : '';
  return new Krb5Error(
    LocalErrorCode.KRB5_CC_UNKNOWN_TYPE,
    `the credential cache ${name} is of type ${typeName || '(none)'}, which cannot be read here: ` +
      `run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path, or give keytab${also}`,
  );
}
