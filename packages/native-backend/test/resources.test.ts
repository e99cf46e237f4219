/** The native backend leaves no descriptor, thread or memory behind. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({ name: 'native', suite: 'resources', backend: createNativeBackend });
