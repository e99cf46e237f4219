/** Processes with a network of their own, and with the resolver's files of a test. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands in the place of the system's files; what is left out has a usual content. */
export interface ResolverFiles {
  /** /etc/hosts. */
  readonly hosts?: string;
  /** /etc/nsswitch.conf. */
  readonly nsswitch?: string;
  /** /etc/resolv.conf. */
  readonly resolv?: string;
}

/**
 * Makes loopback usable, puts the files over the system's in a mount name space, then becomes the
 * program.
 */
const SCRIPT =
  'ip link set lo up; for f in resolv.conf hosts nsswitch.conf; do mount --bind "$1/$f" "/etc/$f" || exit; done; shift; exec "$@"';

/**
 * The command that runs another in a network where every port of loopback is its own, 53 too, and
 * where names are looked up as `files` say. They are kept in a folder below `folder`. It takes
 * root, or user name spaces; without either the command fails and says so.
 */
export function withNetwork(
  folder: string,
  files: ResolverFiles,
  command: readonly string[],
): string[] {
  const home = mkdtempSync(join(folder, 'etc-'));
  writeFileSync(join(home, 'hosts'), files.hosts ?? '127.0.0.1 localhost\n');
  writeFileSync(join(home, 'nsswitch.conf'), files.nsswitch ?? 'hosts: files dns\n');
  writeFileSync(join(home, 'resolv.conf'), files.resolv ?? 'nameserver 127.0.0.1\n');
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', '--net', '--mount', ...asRoot, 'sh', '-c', SCRIPT, 'sh', home, ...command];
}
