/** The folder of programs that were unpacked rather than installed. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder into which `npm test` of this project's repository unpacks them. */
const OF_THE_REPOSITORY = fileURLToPath(new URL('../../../.tools', import.meta.url));

/**
 * Returns the folder `name` of the unpacked programs: below REMCTL_REALM_TOOLS if that is set, otherwise
 * below `.tools` of this project's repository.
 */
export function toolsFolder(name: string): string {
  return join(process.env.REMCTL_REALM_TOOLS ?? OF_THE_REPOSITORY, name);
}

/** Returns the Error for a program that is not there. `debian` names the packages that it comes from. */
export function notUnpacked(path: string, debian: readonly string[]): Error {
  return new Error(
    `there is no ${path}: \`npm test\` in this project's repository unpacks it from the Debian packages ` +
      `${debian.join(' ')}. Set REMCTL_REALM_TOOLS to the folder .tools of a clone, or to a folder like it`,
  );
}
