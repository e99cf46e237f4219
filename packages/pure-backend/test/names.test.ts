/** The pure backend with the names of hosts, beside libremctl and the program `remctl`. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5',
  suite: 'names',
  backend: createPureBackend,
  module: {
    url: new URL('../dist/index.js', import.meta.url).href,
    factory: 'createPureBackend',
  },
});
