/** Keytabs whose keys are wrong. */
import { randomKey } from '../../src/crypto/index.js';
import type { Keytab } from '../../src/keytab/keytab.js';

/** Returns a copy of a keytab in which each entry has a random key of its encryption type. */
export function otherKeys(keytab: Keytab): Keytab {
  const entries = keytab.entries.map((each) => ({ ...each, key: randomKey(each.key.etype) }));
  return { ...keytab, entries };
}
