/** Runs one command on one of many hosts. */
import type { Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import { numberOf, Remctl } from '../client.js';
import { type ClientOptions, DEFAULT_MAX_OUTPUT } from '../client-options.js';
import {
  type CommandState,
  RemctlError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '../errors.js';
import { tellRetry } from '../events/tell.js';
import { growingBytes } from '../run/growing-bytes.js';
import { outputLimit } from '../run/kept-output.js';
import { protocolError } from '../run/protocol-error.js';
import { type OutputToken, STDERR, STDOUT } from '../tokens.js';
import { whenAborted } from '../when-aborted.js';
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

/** Waits for the promise, but not beyond an abort. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const unwatch = whenAborted(signal, () => reject(signal.reason));
    promise.finally(unwatch).then(resolve, reject);
  });
}

/** Calls back. Throws CallbackFailure, and the signal's reason: after an abort nobody waits for a callback. */
async function called(callback: () => void | Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    const waiting = callback();
    if (waiting !== undefined) {
      await unlessAborted(Promise.resolve(waiting), signal);
    }
  } catch (reason) {
    signal.throwIfAborted();
    throw new CallbackFailure(reason);
  }
  signal.throwIfAborted();
}

/** Takes output: hands it to the callback, or keeps it up to `maxOutput` bytes. */
function outputTaker(host: string, { onOutput, clientOptions, signal }: HostPlan) {
  const kept = { [STDOUT]: growingBytes(), [STDERR]: growingBytes() };
  const maxOutput = clientOptions.maxOutput ?? DEFAULT_MAX_OUTPUT;
  return {
    async take(token: OutputToken): Promise<void> {
      if (onOutput !== undefined) {
        await called(() => onOutput(host, token), signal);
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
  client: Remctl,
  target: Target,
  plan: HostPlan,
  take: (token: OutputToken) => Promise<void>,
): Promise<Ending> {
  const { command, signal } = plan;
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
function mayTryAgain(ending: Ending): ending is Extract<Ending, { type: 'failed' }> {
  return (
    ending.type === 'failed' &&
    ending.commandState === 'not-sent' &&
    (ending.error instanceof RemctlNetworkError || ending.error instanceof RemctlTimeoutError)
  );
}

/** A random time before another try, in milliseconds. */
function pauseAfter(attempts: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
}

/** Waits before another try. Throws the signal's reason. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Many hosts may pause: a listener for each would draw Node's warning of a leak.
    const unwatch = whenAborted(signal, () => {
      clearTimeout(timer);
      unwatch();
      reject(signal.reason);
    });
    const timer = setTimeout(() => {
      unwatch();
      resolve();
    }, ms);
  });
}

/** Tries the host until the command is sent, an abort comes, or no try is left. */
async function tryAll(
  target: Target,
  plan: HostPlan,
  take: (token: OutputToken) => Promise<void>,
): Promise<{ readonly ending: Ending; readonly attempts: number }> {
  const { signal, retryUnsent, onBegin } = plan;
  let attempts = 1;
  try {
    if (onBegin !== undefined) {
      await called(() => onBegin(target.host), signal);
    }
    const client = new Remctl(plan.backend, plan.clientOptions);
    for (;;) {
      const ending = await tryOnce(client, target, plan, take);
      if (signal.aborted || !mayTryAgain(ending) || attempts > retryUnsent) {
        return { ending, attempts };
      }
      const pauseMs = pauseAfter(attempts);
      tellRetry(() => ({
        client: numberOf(client),
        backend: client.backend,
        host: target.host,
        because: 'unsent',
        error: ending.error,
        pauseMs,
      }));
      await pause(pauseMs, signal);
      attempts += 1;
    }
  } catch (error) {
    if (error instanceof CallbackFailure) {
      throw error;
    }
    // An abort came before the first try, or between two.
    return { ending: { type: 'failed', error, commandState: 'not-sent' }, attempts };
  }
}

/** Returns the host's one result. Throws only what a callback throws. */
export async function runOnHost(target: Target, plan: HostPlan): Promise<HostResult> {
  const { host } = target;
  const begun = performance.now();
  const output = outputTaker(host, plan);
  try {
    const { ending, attempts } = await tryAll(target, plan, output.take);
    const milliseconds = performance.now() - begun;
    return { ...ending, host, attempts, milliseconds, ...output.whole() };
  } catch (error) {
    throw error instanceof CallbackFailure ? error.reason : error;
  }
}
