/** Runs a program in a realm's environment. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { hasCode } from '../has-code.js';
import type { EndSignals } from './end-signals.js';

const STDIN = 0;
/** The statuses of shells for a program that cannot be run, and that does not exist. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
/** What shells add to the number of the signal that ended a program. */
const SIGNAL_STATUS = 128;

/** A program's end: its exit status as shells count, and why it did not start if it did not. */
export interface ProgramEnd {
  readonly status: number;
  readonly problem?: string;
}

/** Returns the exit status of a process that a signal has ended, as shells report it. */
export function signalStatus(signal: NodeJS.Signals): number {
  return SIGNAL_STATUS + constants.signals[signal];
}

/**
 * Runs a program with this process's standard streams, and settles when it has ended. Signals are passed on to
 * it; a Ctrl-C has reached it already.
 */
export function runProgram(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: EndSignals,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    signals.onSignal((signal) => {
      // To look at process.stdin would change how the program's reads of it behave.
      if (signal !== 'SIGINT' || !isatty(STDIN)) {
        child.kill(signal);
      }
    });
    child.once('error', (error) => {
      const isMissing = hasCode(error, 'ENOENT');
      const remedy = hasCode(error, 'EACCES') ? ': if it is a program, chmod +x it' : '';
      resolve(
        isMissing
          ? {
              status: NOT_FOUND,
              problem: `there is no program ${program}: check its name and PATH`,
            }
          : { status: CANNOT_RUN, problem: `cannot run ${program}: ${error.message}${remedy}` },
      );
    });
    child.once('exit', (status, signal) => {
      resolve({ status: signal === null ? (status ?? 0) : signalStatus(signal) });
    });
  });
}
