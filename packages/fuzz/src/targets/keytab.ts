/** Keytab files: what is read can be written, and what was written reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireSame, unlessRefused } from '../findings.js';
import { decodeKeytab, encodeKeytab } from '../krb5.js';

export function fuzz(data: Buffer): void {
  const entries = unlessRefused([Krb5Error], () => decodeKeytab(data));
  if (entries !== undefined) {
    const written = encodeKeytab(entries);
    requireSame('written twice', encodeKeytab(decodeKeytab(written)), written);
  }
}
