/** The native backend with the names of hosts, beside libremctl and the program `remctl`. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({
  name: 'native',
  suite: 'names',
  backend: createNativeBackend,
  module: {
    url: new URL('../dist/index.js', import.meta.url).href,
    factory: 'createNativeBackend',
  },
});
