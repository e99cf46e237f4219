/** What the pure backend does for its users, with AES-128 and SHA-1. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5, aes128-sha1',
  realm: { enctype: 'aes128-cts-hmac-sha1-96' },
  backend: createPureBackend,
});
