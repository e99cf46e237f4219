/** Writes keytabs with the keys of principals. */
import type { KeytabEntry } from '@remctl/krb5';
import { encodeKeytab } from '@remctl/krb5/testing';
import type { KdcState } from './kdc-state.js';
import { kdcSeconds } from './kdc-state.js';

export interface KeytabOptions {
  /** Whether the keytab has the keys of older versions too; false by default. */
  readonly oldKeys?: boolean;
}

/**
 * Returns a keytab file's bytes, with the keys of every type of the named principals. Throws Error
 * if one is unknown or none is named.
 */
export async function keytabBytes(
  kdc: KdcState,
  names: readonly string[],
  { oldKeys = false }: KeytabOptions,
): Promise<Uint8Array> {
  if (names.length === 0) {
    throw new Error('a keytab needs the name of at least one principal');
  }
  const timestamp = kdcSeconds(kdc);
  const entries = names.flatMap((name) => {
    const { principal, keys } = kdc.principals.require(name);
    const versions = oldKeys ? keys : keys.slice(0, 1);
    return versions.flatMap((version) =>
      version.etypes.map(async (etype): Promise<KeytabEntry> => {
        return { principal, timestamp, kvno: version.kvno, key: await version.key(etype) };
      }),
    );
  });
  return encodeKeytab(await Promise.all(entries));
}
