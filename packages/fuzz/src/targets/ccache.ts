/** Target: credential cache files. A cache that was read can be written and reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireSame, unlessRefused } from '../findings.js';
import { decodeCcache, encodeCcache } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const ccache = unlessRefused([Krb5Error], () => decodeCcache(data));
  if (ccache !== undefined) {
    const written = encodeCcache(ccache);
    requireSame('written twice', encodeCcache(decodeCcache(written)), written);
  }
}
