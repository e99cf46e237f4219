/** What the native backend does for its users. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({ name: 'native', backend: createNativeBackend });
