/** Runs a command with its own /etc/hosts, for tests of names. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unshared } from './unshare.js';

/** Mounts the file `$1` over /etc/hosts, then becomes the program of the other arguments. */
const SCRIPT = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';

/**
 * Returns the command that runs `command` with `lines` as its hosts file. The file is in a new
 * folder below `folder`. The returned command needs root or user namespaces; without both it fails
 * and says so.
 */
export function withHosts(
  folder: string,
  lines: readonly string[],
  command: readonly string[],
): string[] {
  const file = join(mkdtempSync(join(folder, 'hosts-')), 'hosts');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return unshared([], SCRIPT, file, command);
}
