/** Target: principal names. A name that was read can be written and reads the same. */
import { Krb5Error } from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { formatPrincipal, parsePrincipal, principalsEqual } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const text = data.toString('utf8');
  const principal = unlessRefused([Krb5Error], () => parsePrincipal(text, { defaultRealm: 'R' }));
  if (principal !== undefined) {
    const again = parsePrincipal(formatPrincipal(principal));
    requireThat('a written principal reads the same', principalsEqual(again, principal));
  }
}
