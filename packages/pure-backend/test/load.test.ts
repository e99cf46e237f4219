/** The pure backend under a small load. */
import { loadInSmall } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

loadInSmall(createPureBackend);
