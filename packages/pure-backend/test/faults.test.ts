/** The pure backend with faults of KDCs, clocks, tickets, keytabs and remctld. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({ name: 'pure/krb5', suite: 'faults', backend: createPureBackend });
