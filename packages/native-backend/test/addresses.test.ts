/** The native backend with names that have several addresses. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({
  name: 'native',
  suite: 'addresses',
  backend: createNativeBackend,
  module: {
    url: new URL('../dist/index.js', import.meta.url).href,
    factory: 'createNativeBackend',
  },
});
