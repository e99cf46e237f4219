/** Kerberos 5 in TypeScript: packages/krb5. */
import { createInitiatorContext } from '@remctl/krb5';
import type { SecurityMechanism } from '../mechanism.js';

/** Takes every kind of credentials, for each connection its own. */
export const krb5Mechanism: SecurityMechanism = {
  name: 'krb5',
  async createContext({ host, resolved, principal, credentials, signal }) {
    const target = principal === undefined ? { host, resolved } : { principal };
    return createInitiatorContext({ ...target, credentials, signal });
  },
};
