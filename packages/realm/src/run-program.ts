/** Runs a program to its end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram, type Program } from './find-program.js';

const execute = promisify(execFile);

/**
 * Runs a program and returns its standard output. `input` goes to its standard input. Throws an
 * Error with the program's standard error if its exit status is not 0.
 */
export async function runProgram(
  program: Program,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input?: string,
): Promise<string> {
  const running = execute(findProgram(program), args, { env });
  if (input !== undefined) {
    // A program may end before it reads its input; its exit status says how.
    running.child.stdin?.on('error', () => undefined);
    running.child.stdin?.end(input);
  }
  const { stdout } = await running;
  return stdout;
}
