/** What the pure backend does for its users, on a test KDC. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '@remctl/pure-backend';
import { realmKdc } from '../support/realm-kdc.js';

conformance({
  name: 'pure/krb5, test KDC',
  backend: createPureBackend,
  realm: { kdc: realmKdc },
});
