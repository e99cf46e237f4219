/** The mechanism `kerberos` with the names of hosts, beside libremctl and the program `remctl`. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/kerberos',
  suite: 'names',
  backend: () => createPureBackend({ mechanism: 'kerberos' }),
  module: {
    url: new URL('support/kerberos-backend.mjs', import.meta.url).href,
    factory: 'createKerberosBackend',
  },
});
