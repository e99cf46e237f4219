/** What the native backend does for its users in protocol 1. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

conformance({
  name: 'native, protocol 1',
  protocol: 1,
  backend: createNativeBackend,
});
