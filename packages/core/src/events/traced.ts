/** Publishes an operation on a tracing channel, from its begin to its end. */
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { RemctlTracingChannels } from './messages.js';

type Name = keyof RemctlTracingChannels;

/** The tracing channel of one kind of operation. */
export type Traced<N extends Name> = TracingChannel<unknown, RemctlTracingChannels[N]>;

export const opens: Traced<'remctl:open'> = tracingChannel('remctl:open');
export const negotiations: Traced<'remctl:negotiate'> = tracingChannel('remctl:negotiate');
export const commands: Traced<'remctl:command'> = tracingChannel('remctl:command');

/** Whether somebody listens to any moment of the channel's operations. */
export function isHeard({ start, end, asyncStart, asyncEnd, error }: Traced<Name>): boolean {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers
  );
}

/** Publishes the begin, and runs `work` in the stores that are bound to the channel's start. */
export function begin<N extends Name, T>(
  channels: Traced<N>,
  message: RemctlTracingChannels[N],
  work: () => T,
): T {
  const result = channels.start.runStores(message, work);
  channels.end.publish(message);
  return result;
}

/** Publishes the end: with `error` in the message, that of a failure. */
export function finish<N extends Name>(
  channels: Traced<N>,
  message: RemctlTracingChannels[N],
): void {
  if ('error' in message) {
    channels.error.publish(message);
  }
  channels.asyncStart.publish(message);
  channels.asyncEnd.publish(message);
}

/**
 * Does the work and publishes it. `onDone` completes the message after success, `onEnd` at the end in any
 * case. Without a message, nobody listens. Node's own `tracePromise` would put the result, with all that it refers to, in the message.
 */
export async function traced<N extends Exclude<Name, 'remctl:command'>, T>(
  channels: Traced<N>,
  message: RemctlTracingChannels[N] | undefined,
  work: () => Promise<T>,
  on: {
    readonly onDone: (message: RemctlTracingChannels[N], value: T) => void;
    readonly onEnd?: (message: RemctlTracingChannels[N]) => void;
  },
): Promise<T> {
  if (message === undefined) {
    return work();
  }
  const begun = performance.now();
  try {
    const value = await begin(channels, message, work);
    on.onDone(message, value);
    return value;
  } catch (error) {
    message.error = error;
    throw error;
  } finally {
    on.onEnd?.(message);
    message.durationMs = performance.now() - begun;
    finish(channels, message);
  }
}
