/** Whose credentials a context uses, as the caller says it. */

/**
 * - `ccache`: a credential cache's name, such as `FILE:/tmp/krb5cc_0`.
 * - `keytab`: a keytab's name and which of its principals; tickets are got and renewed with its key.
 * - `password`: likewise, with a key made from the password.
 * Without any: the default cache (KRB5CCNAME, default_ccache_name, FILE:/tmp/krb5cc_<uid>).
 *
 * A principal without a realm is in the default realm.
 */
export type Credentials =
  | { readonly type: 'ccache'; readonly ccache: string }
  | { readonly type: 'keytab'; readonly keytab: string; readonly clientPrincipal: string }
  | { readonly type: 'password'; readonly password: string; readonly clientPrincipal: string };
