/** Kerberos 5 in TypeScript: packages/krb5. */
import { createInitiatorContext } from '@remctl/krb5';
import type { SecurityMechanism } from '../mechanism.js';

/** Takes every kind of credentials, for each connection its own. */
export const krb5Mechanism: SecurityMechanism = {
  name: 'krb5',
  async createContext({ host, principal, credentials, signal }) {
    const target = principal === undefined ? { host } : { principal };
    return createInitiatorContext({ ...target, credentials, signal });
  },
};
