/** What the pure backend does for its users, with AES-256 and SHA-2. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5, aes256-sha2',
  realm: { enctype: 'aes256-cts-hmac-sha384-192' },
  backend: createPureBackend,
});
