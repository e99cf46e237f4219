/** Principal names as text: what is read can be written, and what was written reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { formatPrincipal, parsePrincipal, principalsEqual } from '../krb5.js';

export function fuzz(data: Buffer): void {
  const text = data.toString('utf8');
  const principal = unlessRefused([Krb5Error], () => parsePrincipal(text, { defaultRealm: 'R' }));
  if (principal !== undefined) {
    const again = parsePrincipal(formatPrincipal(principal));
    requireThat('a principal written is read as the same', principalsEqual(again, principal));
  }
}
