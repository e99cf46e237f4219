/** Runs one invocation with the C client and with ours on both backends. */
import { REMCTL } from '../program.js';
import { type Ended, runProgram } from '../run-program.js';
import type { Invocation } from './invocations.js';
import type { Scene } from './scene.js';

export const BACKENDS = ['pure', 'native'] as const;

function run(client: readonly string[], invocation: Invocation, env: NodeJS.ProcessEnv) {
  const { args, shell } = invocation;
  const [program = '', ...rest] =
    shell === undefined ? [...client, ...args] : ['sh', '-c', shell, 'sh', ...client, ...args];
  return runProgram(program, rest, { ...env, ...invocation.env }).ended;
}

/** Returns the ends of the C client, and of ours on each backend. */
export async function runThree(invocation: Invocation, { realm }: Scene) {
  const [theirs, ...ours] = await Promise.all([
    run(['remctl'], invocation, realm.env),
    ...BACKENDS.map((REMCTL_BACKEND) =>
      run([process.execPath, REMCTL], invocation, { ...realm.env, REMCTL_BACKEND }),
    ),
  ]);
  if (theirs === undefined) {
    throw new Error('the C client did not run');
  }
  return { theirs, ours };
}

export type { Ended };
