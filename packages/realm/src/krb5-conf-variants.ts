/** Variants of a realm's krb5.conf, as files. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Realm } from './realm.js';

export interface Krb5ConfOptions {
  /** The KDCs in their order, each `address:port`; by default the realm's own. */
  readonly kdcs?: readonly string[];
  /** More lines for [libdefaults]. */
  readonly libdefaults?: readonly string[];
  /** More lines for the realm's section in [realms]. */
  readonly realmSection?: readonly string[];
}

/** Writes a variant of the realm's krb5.conf into the realm's folder, and returns the path. */
export function writeKrb5Conf(realm: Realm, options: Krb5ConfOptions): string {
  const { kdcs, libdefaults = [], realmSection = [] } = options;
  const lines = (own: string) =>
    [...(kdcs?.map((kdc) => `kdc = ${kdc}`) ?? [own]), ...realmSection].join('\n    ');
  const path = join(realm.folder, `krb5-${randomUUID()}.conf`);
  const text = readFileSync(realm.krb5Conf, 'utf8')
    .replace(/(?<=^ +)kdc = .*$/m, lines)
    .replace('[libdefaults]', ['[libdefaults]', ...libdefaults].join('\n  '));
  writeFileSync(path, text);
  return path;
}
