/** The Debian programs that a realm needs, and what is said when one is missing. */
import { execFile, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Guard } from './guard.js';
import { isGroupRunning } from './process-group.js';
import { hasCode } from './system-error.js';

const PACKAGES = {
  krb5kdc: 'krb5-kdc',
  kdb5_util: 'krb5-kdc',
  'kadmin.local': 'krb5-admin-server',
  kinit: 'krb5-user',
  klist: 'krb5-user',
  ktutil: 'krb5-user',
  kvno: 'krb5-user',
  remctld: 'remctl-server',
} as const;

/** Heimdal's, which cannot be installed beside MIT's of the same names: where they are in its folder. */
const HEIMDAL_PROGRAMS = {
  'heimdal-kdc': 'usr/lib/heimdal-servers/kdc',
  'heimdal-kadmin': 'usr/bin/kadmin.heimdal',
} as const;

/** Where set-up unpacks Heimdal's packages. */
const HEIMDAL_FOLDER = fileURLToPath(new URL('../../../.tools/heimdal', import.meta.url));

type HeimdalProgram = keyof typeof HEIMDAL_PROGRAMS;
export type Program = keyof typeof PACKAGES | HeimdalProgram;

function isHeimdal(program: Program): program is HeimdalProgram {
  return program in HEIMDAL_PROGRAMS;
}

/** Daemons are in folders that are not in everybody's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program's path. Throws an Error that says how to get it. */
export function findProgram(program: Program): string {
  if (isHeimdal(program)) {
    const path = join(HEIMDAL_FOLDER, HEIMDAL_PROGRAMS[program]);
    if (isExecutable(path)) {
      return path;
    }
    throw new Error(`there is no ${path}: npm test unpacks Heimdal there, on Debian and Ubuntu`);
  }
  for (const folder of FOLDERS) {
    const path = join(folder, program);
    if (isExecutable(path)) {
      return path;
    }
  }
  throw new Error(
    `${program} is not installed: apt-get install ${PACKAGES[program]} (a realm needs ` +
      `${[...new Set(Object.values(PACKAGES))].join(' ')})`,
  );
}

/** Throws an Error for the first program that is missing. */
export function checkPrograms(kdc: 'mit' | 'heimdal'): void {
  const needed = kdc === 'mit' ? PACKAGES : { ...PACKAGES, ...HEIMDAL_PROGRAMS };
  for (const program of Object.keys(needed)) {
    findProgram(program as Program);
  }
}

/** The folder of Heimdal's libraries, for LD_LIBRARY_PATH. */
export function heimdalLibraries(): string {
  const folder = join(HEIMDAL_FOLDER, 'usr', 'lib');
  const name = readdirSync(folder).find((each) => each.includes('-linux-'));
  if (name === undefined) {
    throw new Error(`there are no libraries in ${folder}`);
  }
  return join(folder, name);
}

const execute = promisify(execFile);

/** Runs a program, on `input`, to its end and gives its standard output. Throws with its standard error. */
export async function runProgram(
  program: Program,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input?: string,
): Promise<string> {
  const running = execute(findProgram(program), args, { env });
  if (input !== undefined) {
    running.child.stdin?.end(input);
  }
  const { stdout } = await running;
  return stdout;
}

export interface Daemon {
  readonly pid: number;
  /** Ends it, with all that it started, and waits for its end. */
  kill(): Promise<void>;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
}

export interface DaemonOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The file for its output. */
  readonly log: string;
  readonly guard: Guard;
  /** What it is told that it is called; its path without it. */
  readonly argv0?: string;
  /** What ends it: SIGTERM for one that has to take something away first; SIGKILL without it. */
  readonly endsBy?: 'SIGTERM' | 'SIGKILL';
}

/** Milliseconds between two looks at whether a killed group's last process has ended. */
const GROUP_POLL_MS = 5;

/** Starts a daemon in a process group of its own, its output in a file. */
export async function startDaemon(
  program: Program,
  args: readonly string[],
  options: DaemonOptions,
): Promise<Daemon> {
  const { endsBy = 'SIGKILL' } = options;
  const log = openSync(options.log, 'a');
  const child = spawn(findProgram(program), args, {
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
    throw new Error(`${program} could not be started`);
  }
  options.guard.watch(pid, endsBy);
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
    },
  };
}
