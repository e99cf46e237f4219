/** What the pure backend on npm's `kerberos` does for its users in protocol 1. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';
import { KERBEROS_UNSUPPORTED } from './kerberos-unsupported.js';

conformance({
  name: 'pure/kerberos, protocol 1',
  protocol: 1,
  backend: () => createPureBackend({ mechanism: 'kerberos' }),
  unsupported: KERBEROS_UNSUPPORTED,
});
