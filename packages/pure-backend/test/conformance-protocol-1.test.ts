/** What the pure backend does for its users in protocol 1. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({ name: 'pure/krb5, protocol 1', protocol: 1, backend: createPureBackend });
