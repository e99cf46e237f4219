/** Target: names of caches and keytabs, with their %{parameters}. */
import { Krb5Error } from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { expandPath, locateCcache, locateKeytab } from '../krb5-internals.js';

/** The names of caches without a path. */
const EMPTY_NAMES: ReadonlySet<string | undefined> = new Set(['FILE:', 'DIR:']);

export function fuzz(data: Buffer): void {
  const name = data.toString('utf8');
  const ccache = unlessRefused([Krb5Error], () => locateCcache(name));
  const keytab = unlessRefused([Krb5Error], () => locateKeytab(name));
  requireThat('a path is not empty', !EMPTY_NAMES.has(ccache?.name) && keytab !== '');
  unlessRefused([Krb5Error], () => expandPath(name, { TMPDIR: '/tmp' }));
}
