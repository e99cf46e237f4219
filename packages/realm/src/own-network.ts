/** Runs a command with a network and resolver files of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unshared } from './unshare.js';

/** The texts of the files that replace the system's; a missing one gets a usual text. */
export interface ResolverFiles {
  /** /etc/hosts. */
  readonly hosts?: string;
  /** /etc/nsswitch.conf. */
  readonly nsswitch?: string;
  /** /etc/resolv.conf. */
  readonly resolv?: string;
}

/**
 * Makes loopback usable, mounts the files of the folder `$1` over the system's, then becomes the
 * program of the other arguments.
 */
const SCRIPT =
  'ip link set lo up; for f in resolv.conf hosts nsswitch.conf; do mount --bind "$1/$f" "/etc/$f" || exit; done; shift; exec "$@"';

/**
 * Returns the command that runs `command` in a network of its own, with `files` as its resolver's
 * files. There every port of loopback is free, also 53. The files are in a new folder below
 * `folder`. The returned command needs root or user namespaces; without both it fails and says so.
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
  return unshared(['--net'], SCRIPT, home, command);
}
