/** The pure backend in a process that runs out of file descriptors. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5',
  suite: 'shortages',
  backend: createPureBackend,
  module: {
    url: new URL('../dist/index.js', import.meta.url).href,
    factory: 'createPureBackend',
  },
});
