/** The events of a test, as they are published. */
import {
  type RemctlChannels,
  type RemctlEvent,
  type RemctlTracingChannels,
  watchEvents,
} from '../../src/events/index.js';

type Messages = RemctlChannels & RemctlTracingChannels;

/** Returns the events from the begin of `work` to its end. */
export async function eventsOf(work: () => Promise<unknown>): Promise<RemctlEvent[]> {
  const events: RemctlEvent[] = [];
  const stop = watchEvents((event) => events.push(event));
  try {
    await work();
  } finally {
    stop();
  }
  return events;
}

/** Names an event: `open start`, `token`. */
export function nameOf(event: RemctlEvent): string {
  const name = event.channel.replace('remctl:', '');
  return 'moment' in event ? `${name} ${event.moment}` : name;
}

/** Returns the messages of one channel; of a tracing channel, those of its ends. */
export function messagesOf<Name extends keyof Messages>(
  events: readonly RemctlEvent[],
  channel: Name,
): Messages[Name][] {
  return events
    .filter((event) => event.channel === channel)
    .filter((event) => !('moment' in event && event.moment === 'start'))
    .map(({ message }) => message as Messages[Name]);
}
