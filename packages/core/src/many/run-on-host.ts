/** Runs one command on one of many hosts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import { Remctl } from '../client.js';
import { type ClientOptions, DEFAULT_MAX_OUTPUT } from '../client-options.js';
import {
  type CommandState,
  RemctlError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '../errors.js';
import { growingBytes } from '../run/growing-bytes.js';
import { outputLimit } from '../run/kept-output.js';
import { protocolError } from '../run/protocol-error.js';
import { type OutputToken, STDERR, STDOUT } from '../tokens.js';
import type { HostResult } from './host-result.js';

/** The longest pause before the second try; it doubles with each further one. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/** What is done on each host. */
export interface HostPlan {
  readonly backend: Backend;
  readonly command: readonly Uint8Array[];
  readonly clientOptions: ClientOptions;
  readonly retryUnsent: number;
  readonly signal: AbortSignal;
  readonly onBegin: ((host: string) => void) | undefined;
  readonly onOutput: ((host: string, token: OutputToken) => void | Promise<void>) | undefined;
}

/** How a try ended. */
type Ending =
  | { readonly type: 'finished'; readonly status: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly commandState: CommandState };

/** What a callback has thrown: it ends everything, and is no failure of the host. */
class CallbackFailure {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

async function called(callback: () => void | Promise<void>): Promise<void> {
  try {
    await callback();
  } catch (reason) {
    throw new CallbackFailure(reason);
  }
}

/** Takes output: hands it to the callback, or keeps it up to `maxOutput` bytes. */
function outputTaker(host: string, { onOutput, clientOptions }: HostPlan) {
  const kept = { [STDOUT]: growingBytes(), [STDERR]: growingBytes() };
  const maxOutput = clientOptions.maxOutput ?? DEFAULT_MAX_OUTPUT;
  return {
    async take(token: OutputToken): Promise<void> {
      if (onOutput !== undefined) {
        await called(() => onOutput(host, token));
        return;
      }
      if (kept[STDOUT].length + kept[STDERR].length + token.output.length > maxOutput) {
        throw outputLimit(maxOutput, 'output');
      }
      kept[token.stream].append(token.output);
    },
    whole: () => ({ stdout: kept[STDOUT].bytes(), stderr: kept[STDERR].bytes() }),
  };
}

async function tryOnce(
  target: Target,
  plan: HostPlan,
  take: (token: OutputToken) => Promise<void>,
): Promise<Ending> {
  const { backend, command, clientOptions, signal } = plan;
  const client = new Remctl(backend, clientOptions);
  try {
    await client.open({ ...target, signal });
    const run = client.run(command, { signal });
    for await (const token of run) {
      if (token.type === 'output') {
        await take(token);
      } else if (token.type === 'status') {
        return { type: 'finished', status: token.status };
      } else {
        return { type: 'failed', error: protocolError(token), commandState: 'finished' };
      }
    }
    throw new RemctlError('the answer ended without a status');
  } catch (error) {
    if (error instanceof CallbackFailure) {
      throw error;
    }
    return { type: 'failed', error, commandState: client.commandState };
  } finally {
    await client.close();
  }
}

/** Whether nothing was sent and the failure may pass. A ticket that is missing or refused stays so. */
function mayTryAgain(ending: Ending): boolean {
  return (
    ending.type === 'failed' &&
    ending.commandState === 'not-sent' &&
    (ending.error instanceof RemctlNetworkError || ending.error instanceof RemctlTimeoutError)
  );
}

/** Waits a random time before another try. Returns false if the signal ended the wait. */
async function pause(attempts: number, signal: AbortSignal): Promise<boolean> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
  try {
    await sleep(Math.random() * longest, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) {
      return false;
    }
    throw error;
  }
}

/** Returns the host's one result. Throws only what a callback throws. */
export async function runOnHost(target: Target, plan: HostPlan): Promise<HostResult> {
  const { host } = target;
  const { signal, retryUnsent, onBegin } = plan;
  const begun = performance.now();
  const output = outputTaker(host, plan);
  try {
    if (onBegin !== undefined) {
      await called(() => onBegin(host));
    }
    let attempts = 1;
    let ending = await tryOnce(target, plan, output.take);
    while (mayTryAgain(ending) && attempts <= retryUnsent && (await pause(attempts, signal))) {
      attempts += 1;
      ending = await tryOnce(target, plan, output.take);
    }
    const milliseconds = performance.now() - begun;
    return { ...ending, host, attempts, milliseconds, ...output.whole() };
  } catch (error) {
    throw error instanceof CallbackFailure ? error.reason : error;
  }
}
