import { loadInSmall } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';

loadInSmall(createNativeBackend);
