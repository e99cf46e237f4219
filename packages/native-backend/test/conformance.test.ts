/** What the native backend does for its users. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';
import { NATIVE_UNSUPPORTED } from './native-unsupported.js';

conformance({ name: 'native', backend: createNativeBackend, unsupported: NATIVE_UNSUPPORTED });
