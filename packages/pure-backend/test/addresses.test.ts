/** The pure backend with names that have several addresses. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5',
  suite: 'addresses',
  backend: createPureBackend,
  module: {
    url: new URL('../dist/index.js', import.meta.url).href,
    factory: 'createPureBackend',
  },
});
