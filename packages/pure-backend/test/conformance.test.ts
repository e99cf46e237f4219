/** What the pure backend does for its users. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({ name: 'pure/krb5', backend: createPureBackend });
