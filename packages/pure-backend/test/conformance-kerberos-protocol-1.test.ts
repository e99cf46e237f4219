/** The pure backend on npm's `kerberos` in protocol 1, for its users. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';
import { KERBEROS_UNSUPPORTED } from './kerberos-unsupported.js';

conformance({
  name: 'pure/kerberos, protocol 1',
  protocol: 1,
  backend: () => createPureBackend({ mechanism: 'kerberos' }),
  unsupported: KERBEROS_UNSUPPORTED,
});
