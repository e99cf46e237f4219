/** PrincipalName (RFC 4120, section 5.2.2) from and to principals. */
import type { Principal } from '../principal.js';
import type { PrincipalName } from './basic-types.js';

/** Returns the PrincipalName of a principal. Messages hold the realm in a field of its own. */
export function toPrincipalName({ nameType, components }: Principal): PrincipalName {
  return { nameType, nameString: components };
}

/** Returns the principal that a message's name and realm fields give. */
export function toPrincipal({ nameType, nameString }: PrincipalName, realm: string): Principal {
  return { nameType, components: nameString, realm };
}
