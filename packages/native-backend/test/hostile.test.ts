/** The native backend against hostile servers. */
import { conformance } from '@remctl/conformance';
import { createNativeBackend } from '../src/index.js';
import { HOSTILE_DIFFERENCES, HOSTILE_TEXTS } from './hostile-texts.mjs';

conformance({
  name: 'native',
  suite: 'hostile',
  backend: createNativeBackend,
  says: HOSTILE_TEXTS,
  differs: HOSTILE_DIFFERENCES,
});
