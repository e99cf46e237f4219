/** The user that a program runs as. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { systemErrorCode } from '../../file/system-error.js';

export interface ProgramUser {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

async function id(option: string, user: string): Promise<readonly number[]> {
  const { stdout } = await run('id', [option, '--', user]);
  return stdout.trim().split(' ').map(Number);
}

/**
 * Looks up a user by name or number, with the system's `id`. Returns undefined for the superuser: remctld then
 * leaves the process as it is.
 *
 * Throws an Error, whose message begins with `label`, if the server does not run as root, if there is no such
 * user, or if the user has supplementary groups: Node drops them, and remctld keeps them.
 */
export async function findProgramUser(
  user: string,
  label: string,
): Promise<ProgramUser | undefined> {
  if (process.platform === 'win32') {
    throw new Error(`user of ${label} is not supported on Windows: leave it out`);
  }
  if (process.geteuid?.() !== 0) {
    throw new Error(
      `user of ${label} needs a server that runs as root: start it as root, or use sudo: '${user}'`,
    );
  }
  let ids: readonly (readonly number[])[];
  try {
    ids = await Promise.all(['-u', '-g', '-G'].map((option) => id(option, user)));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') {
      throw new Error(`user of ${label} needs the program id, which is not installed`, { cause });
    }
    throw new Error(`user of ${label}: there is no user ${JSON.stringify(user)} in this system`, {
      cause,
    });
  }
  const [[uid = 0] = [], [gid = 0] = [], groups = []] = ids;
  if (uid === 0) {
    return undefined;
  }
  const more = groups.filter((group) => group !== gid);
  if (more.length > 0) {
    throw new Error(
      `user of ${label}: ${user} has supplementary groups (${more.join(', ')}), which Node cannot keep: use ` +
        `sudo: '${user}'`,
    );
  }
  return { uid, gid };
}
