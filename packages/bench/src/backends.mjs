// Makers of the measured backends, by name.
import { createNativeBackend } from '@remctl/native-backend';
import { createPureBackend } from '@remctl/pure-backend';

export const BACKENDS = {
  native: createNativeBackend,
  'pure/krb5': createPureBackend,
  'pure/kerberos': () => createPureBackend({ mechanism: 'kerberos' }),
};
