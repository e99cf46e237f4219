/** Runs a program to its end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_OUTPUT = 1 << 26;

export interface Run {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program. Throws an Error with all of its output if its status is not 0. */
export async function run(command: readonly string[], options: Run): Promise<Output> {
  const [file = '', ...args] = command;
  try {
    return await promisify(execFile)(file, args, { ...options, maxBuffer: MAX_OUTPUT });
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown } & Output;
    throw new Error(`${command.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  }
}
