/** Runs the clients of others. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Seen } from './as-seen.js';
import type { ForeignClient } from './clients.js';
import type { Argument, Scenario } from './scenarios.js';

/** Where a client connects to, and what it gets for its environment. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** The server's principal. The full interface names it; the others take the default. */
  readonly principal: string;
  readonly env: NodeJS.ProcessEnv;
}

function described(argument: Argument) {
  if (typeof argument === 'string' || argument instanceof Uint8Array) {
    return { hex: Buffer.from(argument).toString('hex') };
  }
  return argument;
}

/**
 * Runs a client's script, which plays the scenarios one after the other, and returns what it said of
 * each. Throws an Error with the script's standard error if the script failed.
 */
export async function play(
  client: ForeignClient,
  scenarios: readonly Scenario[],
  target: Target,
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  const { env, ...where } = target;
  const job = {
    ...where,
    interface: client.interface,
    scenarios: scenarios.map(({ id, steps, timeout = 0 }) => ({
      id,
      timeout,
      steps: steps.map((step) => (step === 'noop' ? step : step.map(described))),
    })),
  };
  const script = spawn(client.program, [join(import.meta.dirname, 'clients', client.script)], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  script.stdin.end(JSON.stringify(job));
  const [stdout, stderr, status] = await Promise.all([
    text(script.stdout),
    text(script.stderr),
    new Promise<number | null>((resolve, reject) => {
      script.once('error', reject);
      script.once('close', resolve);
    }),
  ]);
  if (status !== 0) {
    throw new Error(`${client.script} ended with ${status}: ${stderr}`);
  }
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}
