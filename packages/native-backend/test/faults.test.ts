/** The native backend with faults of KDCs, clocks, tickets, keytabs and remctld. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

const NO_KEYTAB = 'libremctl takes no keytab';

conformance({
  name: 'native',
  suite: 'faults',
  backend: createNativeBackend,
  unsupported: {
    'faults/kdc-stopped-keytab': NO_KEYTAB,
    'faults/client-keytab-without-type': NO_KEYTAB,
    'faults/password-wrong': 'libremctl takes no password',
  },
});
