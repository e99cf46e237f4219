/** Finds the Samba that tools/samba.mjs unpacks, and runs its programs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { notUnpacked, toolsFolder } from './tools-folder.js';
import { unshared } from './unshare.js';

/** The folder into which tools/samba.mjs unpacks Samba's packages. */
export const SAMBA_FOLDER = toolsFolder('samba');

/** Lays the folder `$1` over /usr, then becomes the program of the other arguments. */
const SCRIPT = 'mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr && shift && exec "$@"';

/**
 * Returns the command that runs `command` where Samba is installed in /usr, as it expects. Others do
 * not see that. The network is this machine's.
 */
export function withSamba(command: readonly string[]): string[] {
  return unshared([], SCRIPT, SAMBA_FOLDER, command);
}

const SAMBA_PACKAGES = ['samba-ad-dc', 'samba-ad-provision'];

let checked: { readonly reason: string | undefined } | undefined;

/** Returns why Samba cannot run here, in one line; undefined if it can. */
export function whySambaCannotRun(): string | undefined {
  checked ??= { reason: check() };
  return checked.reason;
}

/**
 * Returns whether Samba can run here, for tests that need it. If it cannot, prints the reason once,
 * in one line.
 */
export function sambaRuns(): boolean {
  const told = checked !== undefined;
  const why = whySambaCannotRun();
  if (why !== undefined && !told) {
    console.error(`The tests with Active Directory do not run: ${why}.`);
  }
  return why === undefined;
}

function check(): string | undefined {
  const server = join(SAMBA_FOLDER, 'usr', 'sbin', 'samba');
  if (!existsSync(server)) {
    return notUnpacked(server, SAMBA_PACKAGES).message;
  }
  const [program = '', ...args] = withSamba(['/usr/sbin/samba', '--version']);
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) {
    return undefined;
  }
  const why = error?.message ?? stderr.trim().split('\n')[0];
  return `Samba needs root or user namespaces, and a file system overlay on /usr (${why})`;
}
