/** A realm's configuration, its own or changed, and its KDC's log. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Krb5ConfOptions, type Realm, writeKrb5Conf } from '@remctl/realm';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';

/** All that there are here, for tests of each. */
export const ENCTYPES = [
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const;

export function configOf(realm: Realm): Promise<Krb5Config> {
  return readKrb5Config({ KRB5_CONFIG: realm.krb5Conf });
}

/** A configuration of a file of its own: to this package, another client's. */
export function variantConfig(realm: Realm, options: Krb5ConfOptions): Promise<Krb5Config> {
  return readKrb5Config({ KRB5_CONFIG: writeKrb5Conf(realm, options) });
}

/** Likewise, for what `variantConfig` has no option for. */
export function editedConfig(realm: Realm, edit: (text: string) => string): Promise<Krb5Config> {
  const path = writeKrb5Conf(realm, {});
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
  return readKrb5Config({ KRB5_CONFIG: path });
}

/** How many lines of the KDC's log are such. */
export function countInKdcLog(realm: Realm, pattern: RegExp): number {
  const log = readFileSync(join(realm.folder, 'kdc.log'), 'utf8');
  return log.split('\n').filter((line) => pattern.test(line)).length;
}
