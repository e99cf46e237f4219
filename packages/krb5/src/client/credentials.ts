/** The credentials that a user logs in with. */

/**
 * - `ccache`: a credential cache's name, such as `FILE:/tmp/krb5cc_0`.
 * - `keytab`: a keytab's name and one of its principals; its key gets and renews tickets.
 * - `password`: a password and its principal; a key made from it gets and renews tickets.
 *
 * Without credentials, the default cache is used (KRB5CCNAME, default_ccache_name,
 * FILE:/tmp/krb5cc_<uid>). A principal without a realm is in the default realm.
 */
export type Credentials =
  | { readonly type: 'ccache'; readonly ccache: string }
  | { readonly type: 'keytab'; readonly keytab: string; readonly clientPrincipal: string }
  | { readonly type: 'password'; readonly password: string; readonly clientPrincipal: string };
