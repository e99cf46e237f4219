/** Programs that see another time, by Debian's libfaketime. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How far a clock is off this machine's: hours, ahead or behind. */
export type ClockOffset = `${'+' | '-'}${number}h`;

/** Beneath it, a folder for each architecture. */
const LIBRARIES = '/usr/lib';
const LIBFAKETIME = 'faketime/libfaketime.so.1';

function findLibrary(): string {
  for (const folder of readdirSync(LIBRARIES)) {
    const path = join(LIBRARIES, folder, LIBFAKETIME);
    if (existsSync(path)) return path;
  }
  throw new Error('libfaketime is not installed: apt-get install faketime');
}

/**
 * The environment of a program whose clock is off; the same environment without `clock`. Throws an
 * Error that names the Debian package where libfaketime is missing.
 */
export function withClock(env: NodeJS.ProcessEnv, clock?: ClockOffset): NodeJS.ProcessEnv {
  if (clock === undefined) return env;
  return { ...env, LD_PRELOAD: findLibrary(), FAKETIME: clock, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
