/** The mechanism `krb5`: Kerberos 5 in TypeScript, packages/krb5. */
import {
  createInitiatorContext,
  Krb5Error,
  ServiceTicketRefused,
  SYSTEM_LIBRARY_READS_IT,
} from '@remctl/krb5';
import type { SecurityMechanism } from '../mechanism.js';

/** Takes every kind of credentials, for each connection its own. */
export const krb5Mechanism: SecurityMechanism = {
  name: 'krb5',
  async createContext({ host, resolved, principal, credentials, signal }) {
    const target = principal === undefined ? { host, resolved } : { principal };
    return createInitiatorContext({ ...target, credentials, signal });
  },
  reasonOf(error) {
    if (!(error instanceof Krb5Error)) {
      return undefined;
    }
    const { message, name, code } = error;
    if (message.endsWith(SYSTEM_LIBRARY_READS_IT)) {
      return `${message}: use createClient('native'), or remctl --backend native`;
    }
    // RFC 4120's name and number let people look the error up.
    return code > 0 ? `${message} [${name}, ${code}]` : undefined;
  },
  mayRetry: (error) => error instanceof ServiceTicketRefused,
};
