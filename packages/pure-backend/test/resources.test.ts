/** The pure backend leaves no descriptor, thread or memory behind. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({ name: 'pure/krb5', suite: 'resources', backend: createPureBackend });
