/** The messages inside the tokens: protocol 2 and 3 (specification, section 2) and 1 (section 3). */

import type { ErrorToken, OutputToken, ServerToken, StatusToken } from '@remctl/core';
import { RemctlInvalidTokenError, STDERR, STDOUT } from '@remctl/core';

/** The largest input of gss_wrap, in octets (specification, section 1). */
export const MESSAGE_MAX_LENGTH = 64 * 1024;

export const MessageType = {
  COMMAND: 1,
  QUIT: 2,
  OUTPUT: 3,
  STATUS: 4,
  ERROR: 5,
  VERSION: 6,
  NOOP: 7,
} as const;

/** The continue status of MESSAGE_COMMAND (section 2.4). */
const Continue = { WHOLE: 0, FIRST: 1, MIDDLE: 2, LAST: 3 } as const;

const VERSION_2 = 2;
const VERSION_3 = 3;
const KEEP_ALIVE = 1;
const COMMAND_HEADER_LENGTH = 4;
const NUMBER_LENGTH = 4;
const OUTPUT_HEADER_LENGTH = 7;
const ERROR_HEADER_LENGTH = 10;
const V1_HEADER_LENGTH = 8;
/** Protocol 1 has no error message: the server sends -1 as the status, and the text as output. */
const V1_FAILURE = 0xffff_ffff;
const V1_FAILURE_STATUS = 255;
const MAX_STATUS = 255;

/** What a server of protocol 2 or 3 sends. */
export type ServerMessage =
  | ServerToken
  | { readonly type: 'version'; readonly highest: number }
  | { readonly type: 'noop' };

export const QUIT: Uint8Array = Uint8Array.of(VERSION_2, MessageType.QUIT);
export const NOOP: Uint8Array = Uint8Array.of(VERSION_3, MessageType.NOOP);

/**
 * A command as MESSAGE_COMMANDs with keep-alive, one at a time, each at most MESSAGE_MAX_LENGTH octets
 * long. Neither the argument count nor an argument's length is ever divided between two of them.
 */
export function* encodeCommand(command: readonly Uint8Array[]): Generator<Uint8Array, void> {
  let left = NUMBER_LENGTH;
  for (const argument of command) {
    left += NUMBER_LENGTH + argument.length;
  }
  const whole = COMMAND_HEADER_LENGTH + left <= MESSAGE_MAX_LENGTH;

  let message = Buffer.allocUnsafe(Math.min(MESSAGE_MAX_LENGTH, COMMAND_HEADER_LENGTH + left));
  let at = COMMAND_HEADER_LENGTH;
  let first = true;

  function finish(last: boolean): Uint8Array {
    message[0] = VERSION_2;
    message[1] = MessageType.COMMAND;
    message[2] = KEEP_ALIVE;
    if (whole) {
      message[3] = Continue.WHOLE;
    } else if (first) {
      message[3] = Continue.FIRST;
    } else {
      message[3] = last ? Continue.LAST : Continue.MIDDLE;
    }
    const done = message.subarray(0, at);
    left -= at - COMMAND_HEADER_LENGTH;
    first = false;
    message = Buffer.allocUnsafe(Math.min(MESSAGE_MAX_LENGTH, COMMAND_HEADER_LENGTH + left));
    at = COMMAND_HEADER_LENGTH;
    return done;
  }

  at = message.writeUInt32BE(command.length, at);
  for (const argument of command) {
    if (message.length - at < NUMBER_LENGTH) {
      yield finish(false);
    }
    at = message.writeUInt32BE(argument.length, at);
    for (let from = 0; from < argument.length; ) {
      if (at === message.length) {
        yield finish(false);
      }
      const piece = argument.subarray(from, from + message.length - at);
      message.set(piece, at);
      at += piece.length;
      from += piece.length;
    }
  }
  yield finish(true);
}

function malformed(what: string): RemctlInvalidTokenError {
  return new RemctlInvalidTokenError(`the server sent a malformed message: ${what}`);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decodeOutput(message: Buffer): OutputToken {
  if (message.length < OUTPUT_HEADER_LENGTH) {
    throw malformed('MESSAGE_OUTPUT is too short');
  }
  const stream = message.readUInt8(2);
  if (stream !== STDOUT && stream !== STDERR) {
    throw malformed(`output stream ${stream}`);
  }
  if (message.readUInt32BE(3) !== message.length - OUTPUT_HEADER_LENGTH) {
    throw malformed("MESSAGE_OUTPUT's length is not its output's");
  }
  return { type: 'output', output: message.subarray(OUTPUT_HEADER_LENGTH), stream };
}

function decodeStatus(message: Buffer): StatusToken {
  if (message.length !== 3) {
    throw malformed('MESSAGE_STATUS of a wrong length');
  }
  return { type: 'status', status: message.readUInt8(2) };
}

function decodeError(message: Buffer): ErrorToken {
  if (message.length < ERROR_HEADER_LENGTH) {
    throw malformed('MESSAGE_ERROR is too short');
  }
  if (message.readUInt32BE(6) !== message.length - ERROR_HEADER_LENGTH) {
    throw malformed("MESSAGE_ERROR's length is not its text's");
  }
  return {
    type: 'error',
    error: message.readUInt32BE(2),
    output: message.subarray(ERROR_HEADER_LENGTH),
  };
}

/**
 * Decodes a server's message. Throws RemctlInvalidTokenError for all that sections 2.2 to 2.8 do not allow.
 * What is in the message shares its memory.
 */
export function decodeMessage(bytes: Uint8Array): ServerMessage {
  if (bytes.length > MESSAGE_MAX_LENGTH) {
    throw malformed(`${bytes.length} octets`);
  }
  if (bytes.length < 2) {
    throw malformed('it is too short');
  }
  const message = asBuffer(bytes);
  const version = message.readUInt8(0);
  if (version !== VERSION_2 && version !== VERSION_3) {
    throw malformed(`version ${version}`);
  }
  const type = message.readUInt8(1);
  switch (type) {
    case MessageType.OUTPUT:
      return decodeOutput(message);
    case MessageType.STATUS:
      return decodeStatus(message);
    case MessageType.ERROR:
      return decodeError(message);
    case MessageType.VERSION:
      if (message.length !== 3) {
        throw malformed('MESSAGE_VERSION of a wrong length');
      }
      return { type: 'version', highest: message.readUInt8(2) };
    case MessageType.NOOP:
      if (message.length !== 2) {
        throw malformed('MESSAGE_NOOP of a wrong length');
      }
      return { type: 'noop' };
    default:
      throw malformed(`unexpected message type ${type}`);
  }
}

/** A command of protocol 1, which core has seen to fit in a message. */
export function encodeCommandV1(command: readonly Uint8Array[]): Uint8Array {
  let length = NUMBER_LENGTH;
  for (const argument of command) {
    length += NUMBER_LENGTH + argument.length;
  }
  const message = Buffer.allocUnsafe(length);
  let at = message.writeUInt32BE(command.length, 0);
  for (const argument of command) {
    at = message.writeUInt32BE(argument.length, at);
    message.set(argument, at);
    at += argument.length;
  }
  return message;
}

/**
 * The answer of protocol 1, as the tokens of protocol 2: output, where there is any, then the status.
 * A server's failure, -1 there, is status 255. The output shares the memory of `bytes`.
 */
export function decodeAnswerV1(bytes: Uint8Array): readonly (OutputToken | StatusToken)[] {
  if (bytes.length > MESSAGE_MAX_LENGTH) {
    throw malformed(`${bytes.length} octets`);
  }
  if (bytes.length < V1_HEADER_LENGTH) {
    throw malformed('it is too short');
  }
  const message = asBuffer(bytes);
  const sent = message.readUInt32BE(0);
  const status = sent === V1_FAILURE ? V1_FAILURE_STATUS : sent;
  if (status > MAX_STATUS) {
    throw malformed(`exit status ${status}`);
  }
  if (message.readUInt32BE(4) !== message.length - V1_HEADER_LENGTH) {
    throw malformed("the answer's length is not its output's");
  }
  const output = message.subarray(V1_HEADER_LENGTH);
  const end: StatusToken = { type: 'status', status };
  return output.length === 0 ? [end] : [{ type: 'output', output, stream: STDOUT }, end];
}
