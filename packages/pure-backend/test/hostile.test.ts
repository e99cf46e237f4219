import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({ name: 'pure/krb5', suite: 'hostile', backend: createPureBackend });
