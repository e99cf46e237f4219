/** Programs that see another time, by libfaketime (Debian's package faketime). */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How far a clock is off this machine's: hours, ahead or behind. */
export type ClockOffset = `${'+' | '-'}${number}h`;

/** Debian has it in a folder for each architecture beneath this one, Fedora in the other. */
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
 * The environment of a program whose clock is off; the same environment without `clock`. Throws an
 * Error that names the Debian package where libfaketime is missing.
 */
export function withClock(env: NodeJS.ProcessEnv, clock?: ClockOffset): NodeJS.ProcessEnv {
  if (clock === undefined) {
    return env;
  }
  return { ...env, LD_PRELOAD: findLibrary(), FAKETIME: clock, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
