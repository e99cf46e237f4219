/** Shows a program another time, by libfaketime (Debian's package faketime). */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The difference of a clock from this machine's: hours, ahead or behind. */
export type ClockOffset = `${'+' | '-'}${number}h`;

/** A file with a ClockOffset in it. Programs that run see the clock change with the file. */
export interface ClockFile {
  readonly path: string;
}

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

/** Writes the offset that all programs with this clock see from now on. */
export function setClock({ path }: ClockFile, offset: ClockOffset): void {
  // A reader finds the old offset or the new one, never an empty file.
  const next = `${path}.next`;
  writeFileSync(next, `${offset}\n`);
  renameSync(next, path);
}

/**
 * Returns `env` with the variables that change a program's clock; `env` itself without `clock`. Timers
 * and the times of files stay those of this machine. Throws an Error that names the Debian package
 * if libfaketime is missing.
 */
export function withClock(
  env: NodeJS.ProcessEnv,
  clock?: ClockOffset | ClockFile,
): NodeJS.ProcessEnv {
  if (clock === undefined) {
    return env;
  }
  const changed = {
    ...env,
    LD_PRELOAD: findLibrary(),
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  return typeof clock === 'string'
    ? { ...changed, FAKETIME: clock }
    : { ...changed, FAKETIME_TIMESTAMP_FILE: clock.path, FAKETIME_NO_CACHE: '1' };
}

/**
 * Returns the paths of what libfaketime makes for a program. It removes them only if the program ends by
 * itself. `pid` is the program's number, or a shell's word for it.
 */
export function clockObjects(pid: number | string): string[] {
  return [`/dev/shm/faketime_shm_${pid}`, `/dev/shm/sem.faketime_sem_${pid}`];
}
