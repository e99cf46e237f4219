/** Changes principals in the database of a realm with MIT's KDC. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Realm } from './realm.js';
import { runProgram } from './run-program.js';

/** Adds principals with random keys, all in one run of kadmin.local. */
export async function addPrincipals(realm: Realm, principals: readonly string[]): Promise<void> {
  const env = { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') };
  const commands = principals.map((principal) => `addprinc -randkey ${principal}\n`).join('');
  await runProgram('kadmin.local', [], env, commands);
}

/** The encryption type that KDC and server prefer, then another. */
const ENCTYPES = ['aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha1-96'];

/**
 * Gives a principal new keys of AES-256 and AES-128. Returns the path of a new keytab with the
 * AES-128 key alone.
 */
export async function partialKeytab(realm: Realm, principal: string): Promise<string> {
  const whole = join(realm.folder, `whole-${randomUUID()}.keytab`);
  const partial = join(realm.folder, `partial-${randomUUID()}.keytab`);
  const types = ENCTYPES.map((type) => `${type}:normal`).join(',');
  await realm.kadmin(`cpw -randkey -e ${types} ${principal}`);
  await realm.kadmin(`ktadd -norandkey -k ${whole} ${principal}`);
  await runProgram('ktutil', [], realm.env, `rkt ${whole}\ndelent 1\nwkt ${partial}\n`);
  return partial;
}
