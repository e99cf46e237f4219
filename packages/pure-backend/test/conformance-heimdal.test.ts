/** What the pure backend does for its users, with Heimdal's KDC. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5, Heimdal KDC',
  backend: createPureBackend,
  realm: { kdc: 'heimdal' },
});
