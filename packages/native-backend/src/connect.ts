/** Opens a connection: from the server's name to the authenticated context. */
import type { Connection, ConnectionDetails, ConnectOptions, NetworkPhase } from '@remctl/core';
import { RemctlUnsupportedError } from '@remctl/core/errors';
import type { Addon } from './addon.js';
import { connectionOn } from './connection.js';
import { endsAfter } from './negotiation.js';
import { failSession, nextEvent, startSession } from './session.js';

/** Connects and authenticates as `Backend.connect` of @remctl/core promises. */
export async function connect(addon: Addon, options: ConnectOptions): Promise<Connection> {
  const { host, signal, timeoutMs } = options;
  signal.throwIfAborted();
  if (host.includes('%') && host.includes(':')) {
    // getaddrinfo takes a scope; GSS-API would take it for part of the name.
    throw new RemctlUnsupportedError(`give a name, not an address with a scope: ${host}`);
  }
  const running = startSession(addon, options);
  const onAbort = () => failSession(running, signal.reason);
  signal.addEventListener('abort', onAbort);
  let endOfDeadline: () => void = () => undefined;
  try {
    let phase: NetworkPhase = 'resolve';
    let details: ConnectionDetails = {};
    for (;;) {
      // The negotiation has a deadline, which no byte of the server extends, instead of a bound on
      // silence.
      const wait = { timeoutMs: phase === 'negotiate' ? 0 : timeoutMs };
      const event = await nextEvent(running, wait, phase);
      if (event.type === 'phase') {
        phase = event.phase;
        if (phase === 'negotiate') {
          endOfDeadline = endsAfter(
            { ...options, ...running.mailbox.server },
            running.session,
            (error) => {
              failSession(running, error);
            },
          );
        }
      }
      if (event.type === 'reached') {
        details = { ...details, address: event.address };
        options.observer?.onConnected(event.address);
      }
      if (event.type === 'ticket') {
        details = { ...details, ...event.ticket };
      }
      if (event.type === 'opened') {
        return connectionOn(running, event.protocol, details);
      }
    }
  } finally {
    endOfDeadline();
    signal.removeEventListener('abort', onAbort);
  }
}
