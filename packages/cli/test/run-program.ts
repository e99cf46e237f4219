/** Runs a program and collects its output. */
import { spawn } from 'node:child_process';

/** The end of a program. */
export interface Ended {
  readonly status: number | null;
  /** The signal that ended it; null if none did. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Starts a program. `ended` settles at its end, with all that it wrote. */
export function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { env });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => stdout.push(data));
  child.stderr.on('data', (data: Buffer) => stderr.push(data));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status, signal) =>
      resolve({ status, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }),
    );
  });
  return { child, ended };
}
