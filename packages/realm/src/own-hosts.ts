/** Processes with a hosts file of their own, so that tests can have names with the addresses they need. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Puts a file over /etc/hosts in a mount name space, then becomes the program. */
const SCRIPT = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';

/**
 * The command that runs another with `lines` as its hosts file, kept in a folder below `folder`. It takes
 * root, or user name spaces; without either the command fails and says so.
 */
export function withHosts(
  folder: string,
  lines: readonly string[],
  command: readonly string[],
): string[] {
  const file = join(mkdtempSync(join(folder, 'hosts-')), 'hosts');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', '--mount', ...asRoot, 'sh', '-c', SCRIPT, 'sh', file, ...command];
}
