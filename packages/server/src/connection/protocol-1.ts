/** Protocol 1: one command and its answer (protocol, section 3). */
import { ErrorCode } from '@remctl/core';
import { MESSAGE_MAX_LENGTH, TokenFlag } from '@remctl/core/wire';
import { INVALID_TOKEN, TOO_MUCH_DATA } from '../error-texts.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { createAnswerV1 } from './answer-v1.js';
import type { Channel, Protocol, TokenFault } from './channel.js';
import { openToken } from './open-token.js';
import { parseCommand } from './parse-command.js';

/** A token's flags, and the highest byte of its length: 0, because it has at most 1 MiB. */
const TOKEN_START = Uint8Array.of(TokenFlag.DATA, 0);

/** Speaks protocol 1 on a channel, as remctld does. */
export function createProtocol1(channel: Channel): Protocol {
  const { limits } = channel;

  function createAnswer() {
    return createAnswerV1((message) => {
      channel.send(TokenFlag.DATA, message);
      channel.sender.flush();
    });
  }

  function refuse(refusal: Refusal): void {
    channel.logRefusal(refusal);
    createAnswer().error(refusal.code, refusal.message);
    channel.end();
  }

  function onFault(fault: TokenFault, reason: string, error?: unknown): void {
    channel.logFault(`error receiving command token: ${reason}`, error);
    const [code, text] =
      fault === 'too large'
        ? [ErrorCode.ERROR_TOOMUCH_DATA, TOO_MUCH_DATA]
        : [ErrorCode.ERROR_BAD_TOKEN, INVALID_TOKEN];
    createAnswer().error(code, text);
    channel.end();
  }

  return {
    tokenStart: TOKEN_START,
    onToken(flags, payload) {
      const { message, error } = openToken(channel, flags, payload);
      if (message === undefined) {
        onFault('not readable', error.message, error);
        return;
      }
      if (message.length > MESSAGE_MAX_LENGTH) {
        refuse({
          code: ErrorCode.ERROR_TOOMUCH_DATA,
          message: TOO_MUCH_DATA,
          reason: `command data length ${message.length} exceeds 64KB`,
        });
        return;
      }
      const command = parseCommand(message, limits.arguments);
      if (isRefusal(command)) {
        refuse(command);
      } else {
        channel.run(command, createAnswer());
      }
    },
    onFault,
    onCommandEnd: () => channel.end(),
    release() {
      // Nothing of a command is kept between tokens.
    },
  };
}
