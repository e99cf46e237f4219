/** Runs a command where a library of the system is not installed. */
import { mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { unshared } from './unshare.js';

/** Where Linux systems have their libraries. */
const FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
];

/**
 * Shows the folder `$3` in place of the folder of libraries `$1`, whose content stays in `$2`. Then
 * becomes the program of the other arguments.
 */
const SCRIPT = 'mount --bind "$1" "$2" && mount --bind "$3" "$1" && shift 3 && exec "$@"';

/** A system without a library. */
export interface WithoutLibrary {
  /** The command that runs a program there. It needs root or user namespaces, or fails and says so. */
  readonly command: readonly string[];
  /** The folder where that program sees what is hidden. */
  readonly hidden: string;
}

/**
 * Hides the files whose names begin with `name` from `command`: `libremctl.so`. `folder` is a new
 * folder, which has to stay until the command has ended.
 */
export function withoutLibrary(
  folder: string,
  name: string,
  command: readonly string[],
): WithoutLibrary {
  const libraries = FOLDERS.find((each) => hasFile(each, name));
  if (libraries === undefined) {
    throw new Error(`there is no ${name} in ${FOLDERS.join(', ')}`);
  }
  const hidden = join(folder, 'hidden');
  const shown = join(folder, 'shown');
  mkdirSync(hidden);
  mkdirSync(shown);
  for (const file of readdirSync(libraries).filter((each) => !each.startsWith(name))) {
    symlinkSync(join(hidden, file), join(shown, file));
  }
  return {
    command: unshared([], SCRIPT, realpathSync(libraries), [hidden, shown, ...command]),
    hidden,
  };
}

function hasFile(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).some((file) => file.startsWith(name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return false;
    }
    throw error;
  }
}
