/** Shows a program another time, by libfaketime (Debian's package faketime). */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The difference of a clock from this machine's: hours, ahead or behind. */
export type ClockOffset = `${'+' | '-'}${number}h`;

/** Debian has a folder for each architecture below this one; libfaketime is in one of them. */
const DEBIAN_LIBRARIES = '/usr/lib';
const FEDORA_LIBRARIES = '/usr/lib64';
const LIBFAKETIME = 'faketime/libfaketime.so.1';

function findLibrary(): string {
  const architectures = readdirSync(DEBIAN_LIBRARIES).map((name) => join(DEBIAN_LIBRARIES, name));
  const folders = [...architectures, FEDORA_LIBRARIES];
  const path = folders.map((folder) => join(folder, LIBFAKETIME)).find(existsSync);
  if (path !== undefined) {
    return path;
  }
  throw new Error('libfaketime is not installed: apt-get install faketime');
}

/**
 * Returns `env` with the variables that change a program's clock; `env` itself without `clock`.
 * Throws an Error that names the Debian package if libfaketime is missing.
 */
export function withClock(env: NodeJS.ProcessEnv, clock?: ClockOffset): NodeJS.ProcessEnv {
  if (clock === undefined) {
    return env;
  }
  return { ...env, LD_PRELOAD: findLibrary(), FAKETIME: clock, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
