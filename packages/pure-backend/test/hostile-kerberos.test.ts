/** The pure backend on npm's `kerberos` against hostile servers. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';
import { HOSTILE_TEXTS } from './hostile-texts.mjs';

conformance({
  name: 'pure/kerberos',
  suite: 'hostile',
  backend: () => createPureBackend({ mechanism: 'kerberos' }),
  says: HOSTILE_TEXTS,
});
