/** Subscribes to all channels at once. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { RemctlEvent } from './event.js';
import type { RemctlChannels, RemctlTracingChannels } from './messages.js';

const TRACED = [
  'remctl:open',
  'remctl:negotiate',
  'remctl:command',
] as const satisfies readonly (keyof RemctlTracingChannels)[];
const PLAIN = [
  'remctl:token',
  'remctl:retry',
  'remctl:close',
  'remctl:warning',
] as const satisfies readonly (keyof RemctlChannels)[];

/** The sub-channels of a tracing channel that tell its begin and its end. */
const MOMENTS = [
  ['start', 'start'],
  ['asyncEnd', 'end'],
] as const;

/**
 * Calls `onEvent` for every event of this process from now on: those of all clients, also of another copy of this
 * package. It is called at once, in the middle of the client's work: do little. Returns a function that ends it.
 *
 * What `onEvent` throws becomes an uncaught exception, as for every subscriber of a channel.
 *
 * @example
 * const stop = watchEvents((event) => logger.debug(eventText(event)));
 */
export function watchEvents(onEvent: (event: RemctlEvent) => void): () => void {
  const listeners: [string, (message: unknown) => void][] = [];
  const listen = (name: string, eventOf: (message: unknown) => object) => {
    // A channel's name decides what its messages are.
    const listener = (message: unknown) => onEvent(eventOf(message) as RemctlEvent);
    subscribe(name, listener);
    listeners.push([name, listener]);
  };
  for (const channel of TRACED) {
    for (const [part, moment] of MOMENTS) {
      listen(`tracing:${channel}:${part}`, (message) => ({ channel, moment, message }));
    }
  }
  for (const channel of PLAIN) {
    listen(channel, (message) => ({ channel, message }));
  }
  return () => {
    for (const [name, listener] of listeners) {
      unsubscribe(name, listener);
    }
  };
}
