/** The mechanism `krb5`: Kerberos 5 in TypeScript, packages/krb5. */
import {
  type ArmorCredentials,
  createInitiatorContext,
  Krb5Error,
  ServiceTicketRefused,
  SYSTEM_LIBRARY_READS_IT,
} from '@remctl/krb5';
import type { SecurityMechanism } from '../mechanism.js';
import { krb5Code } from './krb5-code.js';

/**
 * Makes the mechanism, which takes every kind of credentials, for each connection its own. `armor`
 * is the FAST armor of those with a keytab or a password.
 */
export function krb5Mechanism(armor?: ArmorCredentials): SecurityMechanism {
  return {
    name: 'krb5',
    async createContext({ host, resolved, principal, credentials: given, signal }) {
      const target = principal === undefined ? { host, resolved } : { principal };
      const credentials =
        given === undefined || given.type === 'ccache' || armor === undefined
          ? given
          : { ...given, armor };
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
    codeOf: krb5Code,
    mayRetry: (error) => error instanceof ServiceTicketRefused,
  };
}
