/** Lines of KRB5_TRACE, in libkrb5's form. */

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { hearsWarnings, publishWarning } from './warning.js';

const STDERR_FD = 2;
const STDOUT_FD = 1;
/**
 * Descriptors that are written to as they are: under systemd, standard error is a socket, which nobody can
 * open by its name.
 */
const OPEN_ALREADY: ReadonlyMap<string, number> = new Map([
  ['/dev/stderr', STDERR_FD],
  ['/dev/stdout', STDOUT_FD],
]);

const MICROSECONDS_PER_SECOND = 1_000_000;
const MICROSECONDS_PER_MS = 1000;

/** Every line opens the file anew: a log that was moved is begun again, and nothing stays open. */
const FLAGS =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOCTTY |
  // A FIFO that nobody reads must not hold up the program.
  constants.O_NONBLOCK;
const MODE = 0o600;

/** The failures that were told, by path. */
const told = new Map<string, string>();

/** `[pid] seconds.microseconds: text`, as libkrb5 writes it. */
function lineOf(text: string): string {
  const now = Math.round((performance.timeOrigin + performance.now()) * MICROSECONDS_PER_MS);
  const seconds = Math.floor(now / MICROSECONDS_PER_SECOND);
  const rest = String(now % MICROSECONDS_PER_SECOND).padStart(6, '0');
  return `[${process.pid}] ${seconds}.${rest}: ${text}\n`;
}

function append(path: string, line: string): void {
  const open = OPEN_ALREADY.get(path);
  if (open !== undefined) {
    writeSync(open, line);
    return;
  }
  const fd = openSync(path, FLAGS, MODE);
  try {
    writeSync(fd, line);
  } finally {
    closeSync(fd);
  }
}

/**
 * Appends a line to a file. Where that fails, libkrb5 is silent; here the channel `remctl:warning` is told, once for
 * each failure of a path. Never throws: a trace must not end what it traces.
 */
export function appendTraceLine(path: string, text: string): void {
  try {
    append(path, lineOf(text));
    told.delete(path);
  } catch (error) {
    const reason = messageOf(error);
    if (hearsWarnings() && told.get(path) !== reason) {
      told.set(path, reason);
      publishWarning(
        'KRB5_TRACE',
        `KRB5_TRACE names ${path}, and Kerberos's steps cannot be written there: ${reason}`,
      );
    }
  }
}
