/** The Debian programs that a realm needs, and what is said when one is missing. */
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, openSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Guard } from './guard.js';

const PACKAGES = {
  krb5kdc: 'krb5-kdc',
  kdb5_util: 'krb5-kdc',
  'kadmin.local': 'krb5-admin-server',
  kinit: 'krb5-user',
  klist: 'krb5-user',
  remctld: 'remctl-server',
} as const;

export type Program = keyof typeof PACKAGES;

/** Daemons are in folders that are not in everybody's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The program's path. Throws an Error that names the Debian package. */
export function findProgram(program: Program): string {
  for (const folder of FOLDERS) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: the next folder.
    }
  }
  throw new Error(
    `${program} is not installed: apt-get install ${PACKAGES[program]} (a realm needs ` +
      `${[...new Set(Object.values(PACKAGES))].join(' ')})`,
  );
}

export function checkPrograms(): void {
  for (const program of Object.keys(PACKAGES)) findProgram(program as Program);
}

const execute = promisify(execFile);

/** Runs a program to its end and gives its standard output. Throws with its standard error. */
export async function runProgram(
  program: Program,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { stdout } = await execute(findProgram(program), args, { env });
  return stdout;
}

export interface Daemon {
  readonly pid: number;
  /** Ends it with this signal, with all that it started, and waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
}

/** Starts a daemon in a process group of its own, its output in a file. */
export async function startDaemon(
  program: Program,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly log: string; readonly guard: Guard },
): Promise<Daemon> {
  const log = openSync(options.log, 'a');
  const child = spawn(findProgram(program), args, {
    cwd: '/',
    env: options.env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  const { pid } = child;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (pid === undefined) {
    await ended;
    throw new Error(`${program} could not be started`);
  }
  options.guard.watch(pid);
  child.unref();
  return {
    pid,
    ended,
    async kill(signal = 'SIGKILL') {
      try {
        process.kill(-pid, signal);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
      child.ref();
      await ended;
    },
  };
}
