/** A client's own keys: from a keytab, or made from a password. */
import type { Krb5Config } from '../config/krb5-config.js';
import { type EncryptionKey, etypeName, isSupportedEtype, stringToKey } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { findKey, newestEntries } from '../keytab/keytab.js';
import { readKeytab } from '../keytab/read-keytab.js';
import { formatPrincipal, type Principal } from '../principal.js';
import type { Credentials } from './credentials.js';
import { asEtypes } from './offered-etypes.js';

/** Credentials with a key of the client's own. */
export type OwnKeyCredentials = Extract<Credentials, { type: 'keytab' | 'password' }>;

/** The keys of one client. */
export interface ClientKeys {
  /** The encryption types that the client has keys of, the best first. */
  readonly etypes: readonly number[];
  /**
   * The encryption types that a request offers: the client's own types, then the other permitted
   * ones, since the session key may be of any of them.
   */
  readonly offered: readonly number[];
  /**
   * Returns the key of one type. Salt and parameters are the KDC's; they are undefined if it gave
   * none. Throws Krb5Error.
   */
  readonly key: (
    etype: number,
    salt: string | undefined,
    s2kparams: Uint8Array | undefined,
  ) => Promise<EncryptionKey>;
}

/**
 * Returns the keys of `client` whose types the configuration permits. Reads the keytab anew. Throws
 * Krb5Error if the keytab cannot be read or has no usable key of the client.
 */
export async function clientKeys(
  credentials: OwnKeyCredentials,
  client: Principal,
  config: Krb5Config,
): Promise<ClientKeys> {
  const permitted = asEtypes(config);
  return credentials.type === 'password'
    ? passwordKeys(credentials.password, client, permitted)
    : keytabKeys(credentials.keytab, client, permitted);
}

function passwordKeys(
  password: string,
  client: Principal,
  permitted: readonly number[],
): ClientKeys {
  return {
    etypes: permitted,
    offered: permitted,
    key: (etype, salt, s2kparams) =>
      stringToKey(etype, password, salt ?? defaultSalt(client), s2kparams),
  };
}

/** Returns the salt if the KDC gives none: realm and components, joined (RFC 4120, section 4). */
export function defaultSalt({ realm, components }: Principal): string {
  return realm + components.join('');
}

async function keytabKeys(
  name: string,
  client: Principal,
  permitted: readonly number[],
): Promise<ClientKeys> {
  const keytab = await readKeytab(name);
  // It throws, with the names in the keytab, if the client has no key there at all.
  findKey(keytab, { principal: client });
  // The KDC knows the newest key alone, and an older one may be of other types.
  const present = new Set(newestEntries(keytab, client).map(({ key }) => key.etype));
  const etypes = permitted.filter((etype) => present.has(etype) && isSupportedEtype(etype));
  if (etypes.length === 0) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_NOTFOUND,
      `the keytab ${keytab.path} has no key of ${formatPrincipal(client)} of a permitted type: it has ${[...present].map(etypeName).join(', ')}, and ${permitted.map(etypeName).join(', ')} would do`,
    );
  }
  return {
    etypes,
    offered: [...etypes, ...permitted.filter((etype) => !etypes.includes(etype))],
    key: async (etype) => findKey(keytab, { principal: client, etype }).key,
  };
}
