/** The credentials that a user logs in with. */
import { checkOptionNames } from '../option-names.js';

/** A credential cache by its name, such as `FILE:/tmp/krb5cc_0`. */
export interface CcacheCredentials {
  readonly type: 'ccache';
  readonly ccache: string;
}

/** A keytab by its name, and one of its principals. */
export interface KeytabCredentials {
  readonly type: 'keytab';
  readonly keytab: string;
  readonly clientPrincipal: string;
}

/** Credentials whose ticket can armor another client's request. */
export type ArmorCredentials = CcacheCredentials | KeytabCredentials;

/** What credentials with a key of their own may have besides. */
export interface Armored {
  /**
   * Whose ticket armors the client's requests (FAST, RFC 6113): a cache that `kinit` has filled, or
   * a keytab such as the host's. FAST is required then: the client never asks without armor. By
   * default fast_ccache of [appdefaults] in krb5.conf, otherwise no armor.
   */
  readonly armor?: ArmorCredentials | undefined;
}

/**
 * - `ccache`: a credential cache's name.
 * - `keytab`: a keytab's name and one of its principals; its key gets and renews tickets.
 * - `password`: a password and its principal; a key made from it gets and renews tickets.
 *
 * Without credentials, the default cache is used (KRB5CCNAME, default_ccache_name,
 * FILE:/tmp/krb5cc_<uid>). A principal without a realm is in the default realm.
 */
export type Credentials =
  | CcacheCredentials
  | (KeytabCredentials & Armored)
  | ({
      readonly type: 'password';
      readonly password: string;
      readonly clientPrincipal: string;
    } & Armored);

/** Of every kind: a wrong kind of credentials is found where they are used. */
const NAMES = {
  type: true,
  ccache: true,
  keytab: true,
  password: true,
  clientPrincipal: true,
  armor: true,
} as const;

/** Throws TypeError if credentials, or their armor, have an option that no credentials have. */
export function checkCredentialNames(credentials: Credentials | undefined): void {
  if (credentials === undefined) {
    return;
  }
  checkOptionNames<object>('credentials', credentials, NAMES);
  if (credentials.type !== 'ccache' && credentials.armor !== undefined) {
    const { password: _, armor: __, ...names } = NAMES;
    checkOptionNames<object>('credentials.armor', credentials.armor, names);
  }
}
