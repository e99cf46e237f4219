/** Runs programs as tests need them. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program without input. `ended` settles at its end, with all that it wrote. */
export function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  // In the package's folder, node finds the workspace's packages.
  const child = spawn(program, args, { env, cwd: PACKAGE, stdio: ['pipe', 'pipe', 'pipe'] });
  // A program may end before it has read its input.
  child.stdin.on('error', () => undefined);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, ...output }));
  });
  return { child, output, ended };
}

/** Runs a program to its end, with `input` on its standard input. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Ended> {
  const { child, ended } = start(program, args, env);
  child.stdin.end(input);
  return ended;
}

/** Runs the C client on a realm's server. */
export function remctlC(
  {
    host,
    port,
    env,
  }: { readonly host: string; readonly port: number; readonly env: NodeJS.ProcessEnv },
  ...command: string[]
): Promise<Ended> {
  return run('/usr/bin/remctl', ['-p', String(port), host, ...command], env);
}

/** Waits until `isDone`, and looks often. Returns whether it came true within ten seconds. */
export async function eventually(isDone: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let look = 0; look < 500; look += 1) {
    if (await isDone()) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
