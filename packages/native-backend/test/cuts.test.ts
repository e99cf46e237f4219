/** The native backend with cut, stalled, delayed, split or merged sessions. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

const suite = 'cuts';
conformance({ name: 'native', suite, backend: createNativeBackend });
conformance({ name: 'native, protocol 1', suite, protocol: 1, backend: createNativeBackend });
