import { conformance } from '@remctl/conformance';
import { createPureBackend } from '../src/index.js';

conformance({
  name: 'pure/kerberos',
  suite: 'hostile',
  backend: () => createPureBackend({ mechanism: 'kerberos' }),
});
