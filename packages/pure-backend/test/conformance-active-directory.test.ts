/** What the pure backend does for its users, with the KDC of an Active Directory domain. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/krb5, Active Directory',
  backend: createPureBackend,
  realm: { kdc: 'samba' },
});
