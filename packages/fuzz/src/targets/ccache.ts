/** Credential cache files: what is read can be written, and what was written reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireSame, unlessRefused } from '../findings.js';
import { decodeCcache, encodeCcache } from '../krb5.js';

export function fuzz(data: Buffer): void {
  const ccache = unlessRefused([Krb5Error], () => decodeCcache(data));
  if (ccache !== undefined) {
    const written = encodeCcache(ccache);
    requireSame('written twice', encodeCcache(decodeCcache(written)), written);
  }
}
