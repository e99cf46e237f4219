/** Target: keytab files. A keytab that was read can be written and reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireSame, unlessRefused } from '../findings.js';
import { decodeKeytab, encodeKeytab } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const keytab = unlessRefused([Krb5Error], () => decodeKeytab(data));
  if (keytab !== undefined) {
    const written = encodeKeytab(keytab.entries);
    requireSame('written twice', encodeKeytab(decodeKeytab(written).entries), written);
  }
}
