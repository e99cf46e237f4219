/** Target: lists of encryption types in krb5.conf. */
import { Krb5Error } from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { parseEtypeList } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const list = unlessRefused([Krb5Error], () => parseEtypeList(data.toString('utf8')));
  requireThat(
    'the list has each type once',
    list === undefined || new Set(list).size === list.length,
  );
}
