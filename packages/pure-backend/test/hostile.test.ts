/** The pure backend on krb5 against hostile servers. */
import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';
import { HOSTILE_TEXTS } from './hostile-texts.mjs';

conformance({
  name: 'pure/krb5',
  suite: 'hostile',
  backend: createPureBackend,
  says: HOSTILE_TEXTS,
});
