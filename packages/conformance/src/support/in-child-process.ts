/** Runs a program in a process with its own limits or names. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { type CaseContext, runtimeOf } from '../case.js';

export interface ChildProgram {
  /** The source of an ES module. It begins with `PRELUDE`, and its last line of output is JSON. */
  readonly program: string;
  /** The program's variable `job`. */
  readonly job: Readonly<Record<string, unknown>>;
  /** Wraps the command, for example in a shell that sets a limit. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line of the program's output. */
  readonly onLine?: (line: string) => void;
}

/** Defines `job`, `Remctl` and `backend` in the program. */
export const PRELUDE = `
  const job = JSON.parse(process.argv[2]);
  const { Remctl } = await import(job.core);
  const backend = (await import(job.url))[job.factory]();`;

/** Writes the program into a file, which is gone after the case: not every runtime takes it as an argument. */
async function programFile(program: string, use: CaseContext['use']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'remctl-case-'));
  const remove = () => rm(folder, { recursive: true });
  await use(Promise.resolve({ [Symbol.asyncDispose]: remove }));
  const file = join(folder, 'program.mjs');
  await writeFile(file, program);
  return file;
}

/**
 * Runs the program and returns the JSON of its last line.
 *
 * Fails if the program's exit status is not 0 or if it writes on standard error. Throws without
 * `module`.
 */
export async function inChildProcess<Result>(
  { module, realm, use }: CaseContext,
  { program, job, wrap = (command) => command, env = {}, onLine }: ChildProgram,
): Promise<Result> {
  if (module === undefined) {
    throw new Error('this suite needs the option `module`: it runs the backend in other processes');
  }
  const core = createRequire(import.meta.url).resolve('@remctl/core');
  const argument = JSON.stringify({ core, ...module, ...job });
  const file = await programFile(program, use);
  const [command = '', ...args] = wrap([...runtimeOf(module), file, argument]);
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
  // A case that runs out of time must not leave the process behind.
  const end = async () => void child.kill('SIGKILL');
  await use(Promise.resolve({ [Symbol.asyncDispose]: end }));
  const [status] = await closed;
  expect({ status, failures }).toEqual({ status: 0, failures: '' });
  return JSON.parse(last);
}
