/** Runs the C client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import type { Realm } from '@remctl/realm';
import { onTestFinished } from 'vitest';

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

function start(realm: Pick<Realm, 'env'>, port: number, command: readonly string[]): ChildProcess {
  return spawn('remctl', ['-p', String(port), 'localhost', ...command], {
    env: realm.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts remctl and does not wait for it. It is killed at the end of the test. */
export function startRemctl(
  realm: Pick<Realm, 'env'>,
  port: number,
  command: readonly string[],
): ChildProcess {
  const child = start(realm, port, command);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs remctl, and gives what it printed and its exit status. */
export async function remctl(
  realm: Pick<Realm, 'env'>,
  port: number,
  command: readonly string[],
): Promise<Ended> {
  const child = start(realm, port, command);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) {
    throw new Error('remctl has no output');
  }
  const status = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [out, err, ended] = await Promise.all([buffer(stdout), buffer(stderr), status]);
  return { stdout: out.toString(), stderr: err.toString(), status: ended };
}
