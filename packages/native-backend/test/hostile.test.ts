import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({ name: 'native', suite: 'hostile', backend: createNativeBackend });
