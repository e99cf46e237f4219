/** An authenticated connection in protocols 2 and 3 (protocol, section 2). */
import {
  type Connection,
  type ConnectionDetails,
  RemctlNetworkError,
  type ServerToken,
} from '@remctl/core';
import { connectionAborted, noopUnsupported, unexpectedToken } from '@remctl/core/failures';
import { MESSAGE_TOKEN_FLAGS } from '@remctl/core/wire';
import type { Channel } from './channel.js';
import type { SecurityContext } from './mechanism.js';
import { decodeMessage, encodeCommand, NOOP, QUIT, type ServerMessage } from './messages-v2.js';
import { MESSAGE_TOKEN_START, seal, unseal } from './seal.js';
import { closedWhenDropped } from './when-dropped.js';

/** Makes core's Connection of a channel and an established context. */
export function createConnectionV2(
  channel: Channel,
  context: SecurityContext,
  details?: ConnectionDetails,
): Connection {
  /** Whether the server answered before the whole command was sent: it takes no further one then. */
  let cutShort = false;

  async function receiveMessage(timeoutMs: number): Promise<ServerMessage> {
    return decodeMessage(unseal(context, await channel.receive(timeoutMs), MESSAGE_TOKEN_FLAGS));
  }

  async function close(): Promise<void> {
    let quit: Uint8Array;
    try {
      quit = seal(context, QUIT);
    } catch (error) {
      channel.destroy(error);
      return;
    }
    await channel.end({ flags: MESSAGE_TOKEN_FLAGS, payload: quit });
  }

  const connection: Connection = {
    protocol: 2,
    details,
    checkReady() {
      channel.checkQuiet();
      if (cutShort) {
        throw new RemctlNetworkError(
          'the server answered the last command before all of it was sent; open a new connection',
          { code: 'EPIPE', phase: 'command' },
        );
      }
    },
    async send(command, { timeoutMs }) {
      let messages = 0;
      for (const message of encodeCommand(command)) {
        if (messages > 0 && channel.hasToken()) {
          cutShort = true;
          return;
        }
        messages += 1;
        await channel.send(MESSAGE_TOKEN_FLAGS, seal(context, message), timeoutMs);
      }
    },
    async receive({ timeoutMs }): Promise<ServerToken> {
      const message = await receiveMessage(timeoutMs);
      if (message.type === 'noop' || message.type === 'version') {
        throw unexpectedToken(
          `the server answered a command with MESSAGE_${message.type.toUpperCase()}`,
        );
      }
      // remctld leaves Nagle's algorithm on. After a small OUTPUT it sends nothing until that OUTPUT is
      // acknowledged, which this kernel puts off for up to 40 ms unless it has something to send. The first
      // bytes of the next token are known, and carry the acknowledgement at once.
      if (message.type === 'output' && !channel.hasToken()) {
        channel.sendAhead(MESSAGE_TOKEN_START);
      }
      return message;
    },
    async noop({ timeoutMs }) {
      await channel.send(MESSAGE_TOKEN_FLAGS, seal(context, NOOP), timeoutMs);
      const message = await receiveMessage(timeoutMs);
      if (message.type === 'version') {
        throw noopUnsupported(message.highest);
      }
      if (message.type !== 'noop') {
        throw unexpectedToken(`the server answered a NOOP with a ${message.type} message`);
      }
    },
    close,
    abort: () => channel.destroy(connectionAborted()),
  };
  return closedWhenDropped(connection, channel, close);
}
