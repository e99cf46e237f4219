/** Credentials of a realm's clients. */
import { join } from 'node:path';
import type { Realm } from '@remctl/realm';

/** Runs kinit, and returns the new cache as credentials. */
export async function freshCache(realm: Realm) {
  return { type: 'ccache', ccache: await realm.kinit() } as const;
}

/**
 * Adds a principal to the realm, and returns credentials with a new keytab that has its key.
 * `attributes` are options of kadmin's addprinc.
 */
export async function newKeytabClient(
  realm: Realm,
  clientPrincipal: string,
  attributes = '+requires_preauth',
) {
  const keytab = join(realm.folder, `${clientPrincipal}.keytab`);
  await realm.kadmin(`addprinc -randkey ${attributes} ${clientPrincipal}`);
  await realm.kadmin(`ktadd -norandkey -k ${keytab} ${clientPrincipal}`);
  return { type: 'keytab', keytab, clientPrincipal } as const;
}

/** Adds a principal with a password to the realm, and returns its credentials. */
export async function newPasswordClient(
  realm: Realm,
  clientPrincipal: string,
  password: string,
  attributes = '+requires_preauth',
) {
  await realm.kadmin(`addprinc -pw "${password}" ${attributes} ${clientPrincipal}`);
  return { type: 'password', password, clientPrincipal } as const;
}
