/** The native backend under a small load. */
import { loadInSmall } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

loadInSmall(createNativeBackend);
