/** Starts a daemon in its own process group, and ends that group. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup, EndSignal } from './cleanup.js';
import { isGroupRunning } from './process-group.js';
import { hasCode } from './system-error.js';

export interface Daemon {
  readonly pid: number;
  /** Ends the daemon and all processes that it started. Settles when they have ended. */
  kill(): Promise<void>;
  /** Settles when the daemon has ended. */
  readonly ended: Promise<void>;
}

export interface DaemonOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The file that receives the daemon's output. */
  readonly log: string;
  readonly cleanup: Cleanup;
  /** The name that the daemon is told it was called by; its path by default. */
  readonly argv0?: string;
  /**
   * The signal that ends it: SIGTERM for a daemon that has to remove a file first; SIGKILL by
   * default.
   */
  readonly endsBy?: EndSignal;
}

/** Milliseconds between two checks of whether a group's last process has ended. */
const GROUP_POLL_MS = 5;

/**
 * Starts a daemon. `program` is its path. Throws an Error if the program cannot be started. The
 * daemon may still end at once: see `ended`.
 */
export async function startDaemon(
  program: string,
  args: readonly string[],
  options: DaemonOptions,
): Promise<Daemon> {
  const { endsBy = 'SIGKILL' } = options;
  const log = openSync(options.log, 'a');
  const child = spawn(program, args, {
    cwd: '/',
    env: options.env,
    ...(options.argv0 === undefined ? {} : { argv0: options.argv0 }),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const { pid } = child;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (pid === undefined) {
    await ended;
    throw new Error(`${basename(program)} could not be started`);
  }
  options.cleanup.watch(pid, endsBy);
  child.unref();
  return {
    pid,
    ended,
    async kill() {
      try {
        process.kill(-pid, endsBy);
      } catch (error) {
        if (!hasCode(error, 'ESRCH')) {
          throw error;
        }
      }
      child.ref();
      await ended;
      while (isGroupRunning(pid)) {
        await sleep(GROUP_POLL_MS);
      }
      options.cleanup.forget(pid);
    },
  };
}

/**
 * Returns the Error for a daemon that does not answer. It quotes `log`, because the log goes with
 * the realm.
 */
export function notStarted(daemon: string, log: string): Error {
  const text = existsSync(log) ? readFileSync(log, 'utf8').trimEnd() : '';
  return new Error(`${daemon} does not start; its log says: ${text === '' ? 'nothing' : text}`);
}
