/** What the pure backend does for its users, with AES-128 and SHA-2. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5, aes128-sha2',
  realm: { enctype: 'aes128-cts-hmac-sha256-128' },
  backend: createPureBackend,
});
