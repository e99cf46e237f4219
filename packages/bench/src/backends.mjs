// The backends that are measured, by their names.
import { createNativeBackend } from '@remctl/native-backend';
import { createPureBackend } from '@remctl/pure-backend';

export const BACKENDS = {
  native: createNativeBackend,
  'pure/krb5': createPureBackend,
  'pure/kerberos': () => createPureBackend({ mechanism: 'kerberos' }),
};
