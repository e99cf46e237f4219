/** Faults of KDCs, clocks, tickets and keytabs, and our server killed and started again. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '@remctl/pure-backend';
import { OUR_SERVER } from './support/our-remctld.js';

const name = 'pure/krb5, our server';
conformance({ name, suite: 'faults', realm: OUR_SERVER, backend: createPureBackend });
