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

/** Times that the C client is run at most, if it may crash: by the figures half of its runs do. */
const CRASHES = 40;

async function runTheirs(invocation: Invocation, env: NodeJS.ProcessEnv): Promise<Ended> {
  for (let left = invocation.theirsMayCrash === true ? CRASHES : 0; ; left -= 1) {
    const ended = await run(['remctl'], invocation, env);
    if (left === 0 || ended.signal !== 'SIGSEGV') {
      return ended;
    }
  }
}

/** Returns the ends of the C client, and of ours on each backend. */
export async function runThree(invocation: Invocation, { realm }: Scene) {
  const [theirs, ours] = await Promise.all([
    runTheirs(invocation, realm.env),
    Promise.all(
      BACKENDS.map((REMCTL_BACKEND) =>
        run([process.execPath, REMCTL], invocation, { ...realm.env, REMCTL_BACKEND }),
      ),
    ),
  ]);
  return { theirs, ours };
}

export type { Ended };
