/** The native backend in a process that runs out of file descriptors. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({
  name: 'native',
  suite: 'shortages',
  backend: createNativeBackend,
  module: {
    url: new URL('../dist/index.js', import.meta.url).href,
    factory: 'createNativeBackend',
  },
});
