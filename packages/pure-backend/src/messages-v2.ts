/** The messages of protocols 2 and 3 (protocol, section 2). */
import type { ErrorToken, OutputToken, ServerToken, StatusToken } from '@remctl/core';
import { malformedMessage } from '@remctl/core/failures';
import {
  asBuffer,
  Continue,
  MESSAGE_MAX_LENGTH,
  MessageType,
  NUMBER_LENGTH,
  STDERR,
  STDOUT,
  VERSION_2,
  VERSION_3,
} from '@remctl/core/wire';

/** MESSAGE_COMMAND's third byte: the connection stays open for more commands. */
const KEEP_ALIVE = 1;
const COMMAND_HEADER_LENGTH = 4;
const OUTPUT_HEADER_LENGTH = 7;
const ERROR_HEADER_LENGTH = 10;

/** A message that a server of protocol 2 or 3 sends. */
export type ServerMessage =
  | ServerToken
  | { readonly type: 'version'; readonly highest: number }
  | { readonly type: 'noop' };

/** MESSAGE_QUIT. */
export const QUIT: Uint8Array = Uint8Array.of(VERSION_2, MessageType.QUIT);
/** MESSAGE_NOOP. */
export const NOOP: Uint8Array = Uint8Array.of(VERSION_3, MessageType.NOOP);

/**
 * Encodes a command as MESSAGE_COMMANDs with keep-alive, one at a time, of at most MESSAGE_MAX_LENGTH bytes
 * each (protocol, section 2.4). Each number stands whole in one message: the count of arguments, and an
 * argument's length.
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

function decodeOutput(message: Buffer): OutputToken {
  if (message.length < OUTPUT_HEADER_LENGTH) {
    throw malformedMessage('MESSAGE_OUTPUT is too short');
  }
  const stream = message.readUInt8(2);
  if (stream !== STDOUT && stream !== STDERR) {
    throw malformedMessage(`output stream ${stream}`);
  }
  if (message.readUInt32BE(3) !== message.length - OUTPUT_HEADER_LENGTH) {
    throw malformedMessage("MESSAGE_OUTPUT's length is not its output's");
  }
  return { type: 'output', output: message.subarray(OUTPUT_HEADER_LENGTH), stream };
}

function decodeStatus(message: Buffer): StatusToken {
  if (message.length !== 3) {
    throw malformedMessage('MESSAGE_STATUS of a wrong length');
  }
  return { type: 'status', status: message.readUInt8(2) };
}

function decodeError(message: Buffer): ErrorToken {
  if (message.length < ERROR_HEADER_LENGTH) {
    throw malformedMessage('MESSAGE_ERROR is too short');
  }
  if (message.readUInt32BE(6) !== message.length - ERROR_HEADER_LENGTH) {
    throw malformedMessage("MESSAGE_ERROR's length is not its text's");
  }
  return {
    type: 'error',
    error: message.readUInt32BE(2),
    output: message.subarray(ERROR_HEADER_LENGTH),
  };
}

/**
 * Decodes a server's message. The result shares memory with `bytes`.
 *
 * Throws RemctlInvalidTokenError if the message breaks sections 2.2 to 2.8 of the protocol.
 */
export function decodeMessage(bytes: Uint8Array): ServerMessage {
  if (bytes.length > MESSAGE_MAX_LENGTH) {
    throw malformedMessage(`${bytes.length} bytes`);
  }
  if (bytes.length < 2) {
    throw malformedMessage('it is too short');
  }
  const message = asBuffer(bytes);
  const version = message.readUInt8(0);
  if (version !== VERSION_2 && version !== VERSION_3) {
    throw malformedMessage(`version ${version}`);
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
        throw malformedMessage('MESSAGE_VERSION of a wrong length');
      }
      return { type: 'version', highest: message.readUInt8(2) };
    case MessageType.NOOP:
      if (message.length !== 2) {
        throw malformedMessage('MESSAGE_NOOP of a wrong length');
      }
      return { type: 'noop' };
    default:
      throw malformedMessage(`message type ${type}`);
  }
}
