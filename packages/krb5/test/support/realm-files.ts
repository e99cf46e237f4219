/** A realm's configuration, variants of it, and its KDC's log. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Krb5ConfOptions, type Realm, writeKrb5Conf } from '@remctl/realm';
import { type Krb5Config, readKrb5Config } from '../../src/config/krb5-config.js';

/** Every encryption type that this package supports. */
export const ENCTYPES = [
  'aes128-cts-hmac-sha1-96',
  'aes256-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const;

/** Reads the realm's own configuration. */
export function configOf(realm: Realm): Promise<Krb5Config> {
  return readKrb5Config({ KRB5_CONFIG: realm.krb5Conf });
}

/**
 * Writes the realm's configuration with other options into a new file, and reads the file. This
 * package takes the new configuration for another client's.
 */
export function variantConfig(realm: Realm, options: Krb5ConfOptions): Promise<Krb5Config> {
  return readKrb5Config({ KRB5_CONFIG: writeKrb5Conf(realm, options) });
}

/** Does the same as `variantConfig` for changes that have no option: `edit` changes the text. */
export function editedConfig(realm: Realm, edit: (text: string) => string): Promise<Krb5Config> {
  const path = writeKrb5Conf(realm, {});
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
  return readKrb5Config({ KRB5_CONFIG: path });
}

/** Counts the lines of the KDC's log that match `pattern`. */
export function countInKdcLog(realm: Realm, pattern: RegExp): number {
  const log = readFileSync(join(realm.folder, 'kdc.log'), 'utf8');
  return log.split('\n').filter((line) => pattern.test(line)).length;
}
