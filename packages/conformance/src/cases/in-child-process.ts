/** Cases that need a process of their own: its limits or name space cannot be this one's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import type { CaseContext } from '../case.js';

export interface ChildProgram {
  /** An ES module that begins with `PRELUDE` and prints JSON as its last line. */
  readonly program: string;
  /** For the program, as `job`. */
  readonly job: Readonly<Record<string, unknown>>;
  /** The command that runs this one. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line that it prints. */
  readonly onLine?: (line: string) => void;
}

/** Gives the program `job`, `Remctl` and `backend`. */
export const PRELUDE = `
  const job = JSON.parse(process.argv[1]);
  const { Remctl } = await import(job.core);
  const backend = (await import(job.url))[job.factory]();`;

/** Runs it, expects it to end well and without a word on standard error, and gives what it printed last. */
export async function inChildProcess<Result>(
  { module, realm, use }: CaseContext,
  { program, job, wrap = (command) => command, env = {}, onLine }: ChildProgram,
): Promise<Result> {
  if (module === undefined) {
    throw new Error('this suite needs `module`: it runs other processes');
  }
  const core = createRequire(import.meta.url).resolve('@remctl/core');
  const argument = JSON.stringify({ core, ...module, ...job });
  const node = [process.execPath, '--input-type=module', '-e', program, argument];
  const [command = '', ...args] = wrap(node);
  const child = spawn(command, args, {
    env: { ...realm.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let failures = '';
  child.stderr.on('data', (data: Buffer) => {
    failures += data;
  });
  let last = '';
  createInterface(child.stdout).on('line', (line) => {
    last = line;
    onLine?.(line);
  });
  const closed = once(child, 'close');
  // Where the case's own time is over, it ends too.
  const end = async () => void child.kill('SIGKILL');
  await use(Promise.resolve({ [Symbol.asyncDispose]: end }));
  const [status] = await closed;
  expect({ status, failures }).toEqual({ status: 0, failures: '' });
  return JSON.parse(last);
}
