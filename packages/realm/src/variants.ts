/** What differs from what a realm has by itself: configurations, caches and keytabs. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './programs.js';
import type { Realm } from './realm.js';

export interface Krb5ConfOptions {
  /** The KDCs in their order, each `address:port`; the realm's own without it. */
  readonly kdcs?: readonly string[];
  /** More lines for [libdefaults]. */
  readonly libdefaults?: readonly string[];
}

/** Writes a variant of the realm's krb5.conf into its folder, and gives the path. */
export function writeKrb5Conf(realm: Realm, options: Krb5ConfOptions): string {
  const { kdcs, libdefaults = [] } = options;
  const path = join(realm.folder, `krb5-${randomUUID()}.conf`);
  const text = readFileSync(realm.krb5Conf, 'utf8')
    .replace(/^ +kdc = .*$/m, (own) => kdcs?.map((kdc) => `    kdc = ${kdc}`).join('\n') ?? own)
    .replace('[libdefaults]', ['[libdefaults]', ...libdefaults].join('\n  '));
  writeFileSync(path, text);
  return path;
}

/** Has a cache hold a ticket for the realm's remctld, by kvno. */
export async function storeServiceTicket(realm: Realm, ccache: string): Promise<void> {
  await runProgram('kvno', ['-c', ccache, realm.principals.server], realm.env);
}

/** Adds many principals with random keys at once. For MIT's KDC. */
export async function addPrincipals(realm: Realm, principals: readonly string[]): Promise<void> {
  const env = { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') };
  const commands = principals.map((principal) => `addprinc -randkey ${principal}\n`).join('');
  await runProgram('kadmin.local', [], env, commands);
}

/** The type that KDC and server prefer, and another. */
const ENCTYPES = ['aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha1-96'];

/**
 * Gives a principal new keys, of AES-256 and of AES-128, and a keytab that has that of AES-128 alone.
 * For MIT's KDC.
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
