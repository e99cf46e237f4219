/** A client's credentials: a credential cache, a keytab or a password. */
import type { Credentials } from '../backend.js';
import { checkOptions, checkText } from './checks.js';

/** The client's credentials: one kind at most. Without any, the Kerberos library's defaults apply. */
export type CredentialOptions =
  | {
      /** A credential cache, such as `FILE:/run/app/krb5cc`. */
      readonly ccache?: string | undefined;
      readonly keytab?: undefined;
      readonly password?: undefined;
      readonly clientPrincipal?: undefined;
    }
  | {
      /** A keytab file. The client gets its tickets with the keytab's key: no kinit is needed. */
      readonly keytab: string;
      /** The principal whose key in the keytab serves: `service/host@REALM`. */
      readonly clientPrincipal: string;
      readonly ccache?: undefined;
      readonly password?: undefined;
    }
  | {
      readonly password: string;
      readonly clientPrincipal: string;
      readonly ccache?: undefined;
      readonly keytab?: undefined;
    };

/** Checks the name of a credential cache. Throws TypeError and RangeError. */
export function checkCcache(ccache: string): Credentials {
  return { type: 'ccache', ccache: checkText('ccache', ccache) };
}

/**
 * Returns the one kind of credentials among the options; undefined if there is none.
 *
 * Throws TypeError if there are two kinds, or a keytab or a password without `clientPrincipal`.
 */
export function checkCredentials(options: CredentialOptions): Credentials | undefined {
  checkOptions(options);
  const { ccache, keytab, password, clientPrincipal } = options;
  const given = Object.entries({ ccache, keytab, password })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (given.length > 1) {
    throw new TypeError(`give one kind of credentials, not ${given.join(' and ')}`);
  }
  if (ccache !== undefined) {
    return checkCcache(ccache);
  }
  if (given.length === 0) {
    if (clientPrincipal === undefined) {
      return undefined;
    }
    throw new TypeError('clientPrincipal goes with a keytab or a password; neither is given');
  }
  if (clientPrincipal === undefined) {
    throw new TypeError(`${given.join()} needs clientPrincipal, the principal that it belongs to`);
  }
  const principal = checkText('clientPrincipal', clientPrincipal);
  if (keytab !== undefined) {
    return { type: 'keytab', keytab: checkText('keytab', keytab), clientPrincipal: principal };
  }
  return {
    type: 'password',
    password: checkText('password', password),
    clientPrincipal: principal,
  };
}
