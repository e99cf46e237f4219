/** The mailbox of a session: events that have arrived, or one waiter. */
import type { Notify } from './addon.js';
import type { Target } from './failure.js';
import { decodeEvents, type SessionEvent } from './session-events.js';

/**
 * Holds the events that nobody has taken yet, and the server that their errors name.
 *
 * The session's thread refers to the mailbox, and to nothing that refers to the session. A
 * connection that nobody holds can therefore be collected, and closes then.
 */
export interface Mailbox {
  server: Target;
  readonly events: SessionEvent[];
  waiter: ((event: SessionEvent) => void) | undefined;
}

/** Returns the function that the addon calls; it refers to the mailbox alone. */
export function notifierOf(mailbox: Mailbox): Notify {
  return (members) => {
    for (const event of decodeEvents(members, () => mailbox.server)) {
      if (event.type === 'canonical') {
        mailbox.server = { ...mailbox.server, host: event.host, canonicalize: false };
      } else {
        deliver(mailbox, event);
      }
    }
  };
}

/** Gives an event to the waiter, or keeps it if nobody waits. */
export function deliver(mailbox: Mailbox, event: SessionEvent): void {
  const { waiter } = mailbox;
  if (waiter === undefined) {
    mailbox.events.push(event);
  } else {
    mailbox.waiter = undefined;
    waiter(event);
  }
}
