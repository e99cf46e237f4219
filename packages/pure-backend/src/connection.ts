/** An authenticated connection: core's contract over a channel and a security context. */
import {
  type Connection,
  type RemctlError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlUnsupportedError,
  type ServerToken,
} from '@remctl/core';
import type { Channel } from './channel.js';
import { TokenFlag } from './framing.js';
import type { SecurityContext } from './mechanism.js';
import {
  decodeAnswerV1,
  decodeMessage,
  encodeCommand,
  encodeCommandV1,
  NOOP,
  QUIT,
  type ServerMessage,
} from './messages.js';
import { COMMAND_V1, DATA_V2, DATA_V2_START, seal, unseal, verifyConfirmation } from './seal.js';
import { closedWhenDropped } from './when-dropped.js';

function aborted(): RemctlError {
  return new RemctlNetworkError('the connection was aborted', {
    code: 'ECONNABORTED',
    phase: 'command',
  });
}

/** Ends a connection that nobody holds any more: at once where output came that nobody will read. */
function drop(channel: Channel, close: () => Promise<void>): void {
  if (channel.hasToken()) {
    channel.destroy(aborted());
  }
  // It never rejects, and nobody waits for it.
  else {
    void close();
  }
}

/** A connection of protocol 2 or 3. */
export function createConnection(channel: Channel, context: SecurityContext): Connection {
  /** The server answered before the whole command was sent: it takes no further one. */
  let cutShort = false;

  async function receiveMessage(timeoutMs: number): Promise<ServerMessage> {
    return decodeMessage(unseal(context, await channel.receive(timeoutMs), DATA_V2));
  }

  async function close(): Promise<void> {
    let quit: Uint8Array;
    try {
      quit = seal(context, QUIT);
    } catch (error) {
      channel.destroy(error);
      return;
    }
    await channel.end({ flags: DATA_V2, payload: quit });
  }

  const connection: Connection = {
    protocol: 2,
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
        await channel.send(DATA_V2, seal(context, message), timeoutMs);
      }
    },
    async receive({ timeoutMs }): Promise<ServerToken> {
      const message = await receiveMessage(timeoutMs);
      if (message.type === 'noop' || message.type === 'version') {
        throw new RemctlInvalidTokenError(
          `the server answered a command with MESSAGE_${message.type.toUpperCase()}`,
        );
      }
      // remctld leaves Nagle's algorithm on: what follows a small OUTPUT waits for that one's
      // acknowledgement, which the kernel here puts off for up to 40 ms unless there is something to
      // send. The next token's first octets are known, and make an acknowledgement leave at once.
      if (message.type === 'output' && !channel.hasToken()) {
        channel.sendAhead(DATA_V2_START);
      }
      return message;
    },
    async noop({ timeoutMs }) {
      await channel.send(DATA_V2, seal(context, NOOP), timeoutMs);
      const message = await receiveMessage(timeoutMs);
      if (message.type === 'version') {
        throw new RemctlUnsupportedError(
          `the server has no NOOP message: it speaks protocol ${message.highest}`,
        );
      }
      if (message.type !== 'noop') {
        throw new RemctlInvalidTokenError(
          `the server answered a NOOP with a ${message.type} message`,
        );
      }
    },
    close,
    abort: () => channel.destroy(aborted()),
  };
  return closedWhenDropped(connection, () => drop(channel, close));
}

/** A connection of protocol 1, for one command. */
export function createConnectionV1(channel: Channel, context: SecurityContext): Connection {
  let unconfirmed: Uint8Array | undefined;
  let answer: ServerToken[] = [];

  const close = () => channel.end();

  const connection: Connection = {
    protocol: 1,
    checkReady: () => channel.checkQuiet(),
    async send(command, { timeoutMs }) {
      unconfirmed = encodeCommandV1(command);
      await channel.send(COMMAND_V1, seal(context, unconfirmed), timeoutMs);
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
        throw new RemctlInvalidTokenError('a connection of protocol 1 carries one answer');
      }
      return next;
    },
    async noop() {
      throw new RemctlUnsupportedError('the server speaks protocol 1, which has no NOOP message');
    },
    close,
    abort: () => channel.destroy(aborted()),
  };
  return closedWhenDropped(connection, () => drop(channel, close));
}
