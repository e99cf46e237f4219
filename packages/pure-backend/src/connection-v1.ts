/** An authenticated connection in protocol 1, for one command (protocol, section 3). */
import type { Connection, ConnectionDetails, ServerToken } from '@remctl/core';
import { connectionAborted, noopUnsupported, unexpectedToken } from '@remctl/core/failures';
import { COMMAND_TOKEN_FLAGS_V1, TokenFlag } from '@remctl/core/wire';
import type { Channel } from './channel.js';
import type { SecurityContext } from './mechanism.js';
import { decodeAnswerV1, encodeCommandV1 } from './messages-v1.js';
import { seal, unseal, verifyConfirmation } from './seal.js';
import { closedWhenDropped } from './when-dropped.js';

/** Makes core's Connection of a channel and an established context. */
export function createConnectionV1(
  channel: Channel,
  context: SecurityContext,
  details?: ConnectionDetails,
): Connection {
  let unconfirmed: Uint8Array | undefined;
  let answer: ServerToken[] = [];

  const close = () => channel.end();

  const connection: Connection = {
    protocol: 1,
    details,
    checkReady: () => channel.checkQuiet(),
    async send(command, { timeoutMs }) {
      unconfirmed = encodeCommandV1(command);
      await channel.send(COMMAND_TOKEN_FLAGS_V1, seal(context, unconfirmed), timeoutMs);
    },
    async receive({ timeoutMs }) {
      if (unconfirmed !== undefined) {
        verifyConfirmation(context, await channel.receive(timeoutMs), unconfirmed);
        unconfirmed = undefined;
        const token = await channel.receive(timeoutMs);
        answer = [...decodeAnswerV1(unseal(context, token, TokenFlag.DATA))];
      }
      const next = answer.shift();
      if (next === undefined) {
        throw unexpectedToken('a connection of protocol 1 carries one answer');
      }
      return next;
    },
    async noop() {
      throw noopUnsupported(1);
    },
    close,
    abort: () => channel.destroy(connectionAborted()),
  };
  return closedWhenDropped(connection, channel, close);
}
