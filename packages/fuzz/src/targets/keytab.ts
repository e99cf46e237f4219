/** Target: keytab files. A keytab that was read can be written and reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireSame, unlessRefused } from '../findings.js';
import { decodeKeytab, encodeKeytab } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const entries = unlessRefused([Krb5Error], () => decodeKeytab(data));
  if (entries !== undefined) {
    const written = encodeKeytab(entries);
    requireSame('written twice', encodeKeytab(decodeKeytab(written)), written);
  }
}
