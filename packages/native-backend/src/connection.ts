/** Core's Connection on a session whose context is established. */
import type { Connection, ConnectionDetails, Wait } from '@remctl/core';
import { connectionAborted, noopUnsupported } from '@remctl/core/failures';
import { unaskedError } from './failure.js';
import { closeInOrder, failSession, nextEvent, type RunningSession } from './session.js';
import type { SessionEvent } from './session-events.js';

/**
 * Returns the connection on a session that has sent its `opened` event, which gave the protocol.
 */
export function connectionOn(
  running: RunningSession,
  protocol: 1 | 2,
  details: ConnectionDetails,
): Connection {
  const { session, mailbox } = running;
  // An idle connection, like an idle agent's socket, does not keep the process alive.
  session.unref();
  const next = (wait: Wait) => nextEvent(running, wait, 'command');
  const abort = () => failSession(running, connectionAborted());
  let closing: Promise<void> | undefined;
  return {
    protocol,
    details,
    checkReady() {
      const found = session.unasked();
      if (found !== '') {
        throw unaskedError(found, mailbox.server);
      }
    },
    async send(command, wait) {
      session.send(
        Buffer.concat(command),
        Uint32Array.from(command, ({ length }) => length),
      );
      await expectEvent('sent', next(wait));
    },
    async receive(wait) {
      const { token } = await expectEvent('token', next(wait));
      if (token.type === 'output') {
        session.consumed(token.output.length);
      }
      return token;
    },
    async noop(wait) {
      if (protocol === 1) {
        throw noopUnsupported(1);
      }
      session.noop();
      await expectEvent('noop', next(wait));
    },
    close() {
      closing ??= closeInOrder(running, abort);
      return closing;
    },
    abort,
  };
}

async function expectEvent<T extends SessionEvent['type']>(
  type: T,
  arriving: Promise<SessionEvent>,
): Promise<Extract<SessionEvent, { type: T }>> {
  const event = await arriving;
  const isExpected = (e: SessionEvent): e is Extract<SessionEvent, { type: T }> => e.type === type;
  if (isExpected(event)) {
    return event;
  }
  throw new Error(`the addon answered ${type} with ${event.type}`);
}
