/** Starts a program in a process group of its own. */
import { isUtf8 } from 'node:buffer';
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import { systemErrorCode } from '../../file/system-error.js';
import { encodePlan, hasPerl, PERL, PERL_ARGUMENTS, PLAN_FD } from './exact-start.js';
import type { Launch } from './launch.js';
import type { ProgramUser } from './program-user.js';

/** A running program. */
export interface Running {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly stdin: Writable | undefined;
  /** Settles with the exit status; undefined if a signal ended the program. */
  readonly exited: Promise<number | undefined>;
  /** Settles once it is clear whether the process became the program, with the failure if it did not. */
  readonly failed: Promise<StartFailure | undefined>;
}

/**
 * Why a program did not start: the system cannot execute it, the server has no room for it, or its arguments
 * are not UTF-8 and Perl is not there.
 */
export interface StartFailure {
  readonly kind: 'execute' | 'room' | 'bytes';
  /** The system's name of the error. */
  readonly code: string;
}

/** The errors of a system that has no room for one more process, whatever its program. */
const NO_ROOM = ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'];

const IS_WINDOWS = process.platform === 'win32';

const UNKNOWN = 'UNKNOWN';

/** Keeps the code alone: the system's error carries the arguments, which may be secret. */
const failure = (code: string): StartFailure => ({
  kind: NO_ROOM.includes(code) ? 'room' : 'execute',
  code,
});

async function startChild(
  file: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess | StartFailure> {
  try {
    const child = spawn(file, args, options);
    if (child.pid === undefined) {
      const [error] = await once(child, 'error');
      return failure(systemErrorCode(error) ?? UNKNOWN);
    }
    // Later errors are those of signals; the program's end tells what became of it.
    child.on('error', () => undefined);
    return child;
  } catch (error) {
    return failure(systemErrorCode(error) ?? UNKNOWN);
  }
}

function isFailure(started: ChildProcess | StartFailure): started is StartFailure {
  return 'kind' in started;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** Tells Perl what to execute. Settles with the failure if Perl could not. Never rejects. */
async function tellPerl(plan: Duplex, bytes: Uint8Array): Promise<StartFailure | undefined> {
  const answer: Buffer[] = [];
  plan.on('data', (chunk: Buffer) => answer.push(chunk));
  // Perl may be killed before it has read everything; the process's end then tells what became of it.
  plan.on('error', () => undefined);
  plan.end(bytes);
  await new Promise<void>((resolve) => plan.once('close', () => resolve()));
  const number = Number(Buffer.concat(answer).toString());
  return number > 0 ? failure(getSystemErrorName(-number)) : undefined;
}

/**
 * Starts a program without a shell. Its standard input, without an input, is empty. Its process leads a group.
 * Returns the failure if it does not start. Arguments and the command's name reach it byte by byte.
 */
export async function startProgram(
  launch: Launch,
  environment: Readonly<Record<string, string>>,
  user: ProgramUser | undefined,
): Promise<Running | StartFailure> {
  const { file, argv, name, input } = launch;
  const options: SpawnOptions = {
    detached: !IS_WINDOWS,
    windowsHide: true,
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  };
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const isText = [...argv, name].every((each) => isUtf8(each));
  if (!isText && !hasPerl()) {
    return { kind: 'bytes', code: 'EILSEQ' };
  }
  const [argv0 = '', ...args] = isText ? argv.map(text) : [PERL, ...PERL_ARGUMENTS];
  const started = await startChild(isText ? file : PERL, args, {
    ...options,
    argv0,
    env: isText ? { ...environment, REMCTL_COMMAND: text(name) } : {},
    stdio: isText ? [stdin, 'pipe', 'pipe'] : [stdin, 'pipe', 'pipe', 'pipe'],
  });
  if (isFailure(started)) {
    return started;
  }
  if (isText) {
    return runningOf(started, Promise.resolve(undefined));
  }
  const variables = Object.entries(environment).map(
    ([each, value]) => [each, Buffer.from(value)] as const,
  );
  const all = new Map<string, Uint8Array>([...variables, ['REMCTL_COMMAND', name]]);
  const plan = started.stdio[PLAN_FD] as unknown as Duplex;
  return runningOf(started, tellPerl(plan, encodePlan(file, argv, all)));
}

function runningOf(child: ChildProcess, failed: Running['failed']): Running {
  const { pid, stdout, stderr, stdin } = child;
  if (pid === undefined || stdout === null || stderr === null) {
    throw new Error('a program that has started has no process or no output');
  }
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  return { pid, stdout, stderr, stdin: stdin ?? undefined, exited, failed };
}
