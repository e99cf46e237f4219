/** Principals as they stand in messages: a name here, its realm there. */
import type { PrincipalName } from '../messages/basic-types.js';
import type { Principal } from '../principal.js';

export function toPrincipalName({ nameType, components }: Principal): PrincipalName {
  return { nameType, nameString: components };
}

export function toPrincipal({ nameType, nameString }: PrincipalName, realm: string): Principal {
  return { nameType, components: nameString, realm };
}
