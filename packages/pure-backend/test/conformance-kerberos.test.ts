/** What the pure backend on npm's `kerberos` does for its users. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';
import { KERBEROS_UNSUPPORTED } from './kerberos-unsupported.js';

conformance({
  name: 'pure/kerberos',
  backend: () => createPureBackend({ mechanism: 'kerberos' }),
  unsupported: KERBEROS_UNSUPPORTED,
});
