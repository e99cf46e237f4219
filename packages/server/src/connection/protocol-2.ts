/** Protocols 2 and 3: any number of messages (protocol, section 2). */
import { ErrorCode } from '@remctl/core';
import {
  MESSAGE_TOKEN_FLAGS,
  MESSAGE_TYPE_OFFSET,
  MessageType,
  VERSION_2,
  VERSION_3,
} from '@remctl/core/wire';
import { INVALID_TOKEN } from '../error-texts.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { createAnswerV2 } from './answer-v2.js';
import type { Channel, Protocol } from './channel.js';
import { createCommandAssembly } from './command-assembly.js';
import { errorMessage, KEEP_ALIVE_OFFSET, NOOP, VERSION } from './messages-v2.js';
import { openToken } from './open-token.js';
import { parseCommand } from './parse-command.js';

/** A token's flags, and the highest byte of its length: 0, because it has at most 1 MiB. */
const TOKEN_START = Uint8Array.of(MESSAGE_TOKEN_FLAGS, 0);

/** Speaks protocols 2 and 3 on a channel, as remctld does. */
export function createProtocol2(channel: Channel): Protocol {
  const { limits, budget } = channel;
  const assembly = createCommandAssembly({ commandBytes: limits.commandBytes, budget });
  /** The flag of the last MESSAGE_COMMAND: whether its client wants to send more. */
  let keepAlive = true;

  function send(message: Uint8Array): void {
    channel.send(MESSAGE_TOKEN_FLAGS, message);
  }

  function refuse(refusal: Refusal): void {
    channel.logRefusal(refusal);
    send(errorMessage(refusal.code, refusal.message));
  }

  function endUnlessKept(): void {
    if (!keepAlive) {
      channel.end();
    }
  }

  function onCommand(message: Buffer): void {
    keepAlive = message[KEEP_ALIVE_OFFSET] !== 0;
    const taken = assembly.take(message);
    if (taken === undefined) {
      return;
    }
    const command = isRefusal(taken) ? taken : parseCommand(taken, limits.arguments);
    if (isRefusal(command)) {
      assembly.release();
      refuse(command);
      endUnlessKept();
      return;
    }
    channel.run(command, createAnswerV2(channel.sender, send));
  }

  /** Between the messages of a command only more of the command, or MESSAGE_QUIT, may come. */
  function onIntruder(type: number | undefined): void {
    if (type !== MessageType.QUIT) {
      refuse({
        code: ErrorCode.ERROR_UNEXPECTED_MESSAGE,
        message: 'Unexpected message',
        reason: `unexpected message type ${type} from client`,
      });
    }
    channel.end();
  }

  function onMessage(message: Buffer): void {
    const [version] = message;
    const type = message[MESSAGE_TYPE_OFFSET];
    if (version !== VERSION_2 && version !== VERSION_3) {
      send(VERSION);
      if (assembly.isContinued()) {
        channel.end();
      }
      return;
    }
    if (type === MessageType.COMMAND) {
      onCommand(message);
    } else if (assembly.isContinued()) {
      onIntruder(type);
    } else if (type === MessageType.NOOP) {
      send(NOOP);
    } else if (type === MessageType.QUIT) {
      channel.end();
    } else {
      refuse({
        code: ErrorCode.ERROR_UNKNOWN_MESSAGE,
        message: 'Unknown message',
        reason: `unknown message type ${type} from client`,
      });
    }
  }

  function onFault(_fault: unknown, reason: string, error?: unknown): void {
    channel.logFault(`error receiving token: ${reason}`, error);
    send(errorMessage(ErrorCode.ERROR_BAD_TOKEN, INVALID_TOKEN));
    channel.end();
  }

  return {
    tokenStart: TOKEN_START,
    onToken(flags, payload) {
      const { message, error } = openToken(channel, flags, payload);
      if (message === undefined) {
        onFault('not readable', error.message, error);
      } else {
        onMessage(message);
      }
    },
    onFault,
    onCommandEnd() {
      assembly.release();
      endUnlessKept();
    },
    release: assembly.release,
  };
}
