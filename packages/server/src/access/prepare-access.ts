/** Makes the check of who may run a command. */
import type { Access } from '../commands/command.js';
import type { Permit } from '../commands/prepared-command.js';
import type { Log } from '../log/record.js';

export async function prepareAccess(access: Access, log: Log): Promise<Permit> {
  if (typeof access === 'function') {
    return async (principal) => {
      try {
        return (await access(principal)) === true;
      } catch (error) {
        log({ type: 'server', reason: 'an access function threw an error', error });
        return false;
      }
    };
  }
  return (principal) => access.some((rule) => rule === 'ANYUSER' || rule === `princ:${principal}`);
}
