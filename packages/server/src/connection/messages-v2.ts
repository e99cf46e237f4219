/** The messages of protocols 2 and 3, as a server sends them (protocol, section 2). */
import {
  MESSAGE_MAX_LENGTH,
  MESSAGE_TYPE_OFFSET,
  MessageType,
  VERSION_2,
  VERSION_3,
} from '@remctl/core/wire';
import type { StreamNumber } from '../commands/command.js';

/** Where MESSAGE_COMMAND has its keep-alive flag and its continue status (protocol, section 2.4). */
export const KEEP_ALIVE_OFFSET = 2;
export const CONTINUE_OFFSET = 3;
/** Bytes of MESSAGE_COMMAND before its data. */
export const COMMAND_HEADER_LENGTH = 4;

/** Where MESSAGE_OUTPUT has its stream, its length and its output (protocol, section 2.5). */
const STREAM_OFFSET = 2;
const OUTPUT_LENGTH_OFFSET = 3;
const OUTPUT_HEADER_LENGTH = 7;
/** Where MESSAGE_ERROR has its code, its length and its text (protocol, section 2.6). */
const CODE_OFFSET = 2;
const TEXT_LENGTH_OFFSET = 6;
const ERROR_HEADER_LENGTH = 10;

/** Bytes of output in one MESSAGE_OUTPUT at most. */
export const OUTPUT_MAX_LENGTH = MESSAGE_MAX_LENGTH - OUTPUT_HEADER_LENGTH;

/** MESSAGE_NOOP, the answer to itself. */
export const NOOP: Uint8Array = Uint8Array.of(VERSION_3, MessageType.NOOP);
/** MESSAGE_VERSION, the answer to a message of another version: 3 is the highest. */
export const VERSION: Uint8Array = Uint8Array.of(VERSION_2, MessageType.VERSION, VERSION_3);

// Every message is protected, and so copied, before the next is made: all of them can share this memory.
const outputBuffer = Buffer.alloc(MESSAGE_MAX_LENGTH);
outputBuffer[0] = VERSION_2;
outputBuffer[MESSAGE_TYPE_OFFSET] = MessageType.OUTPUT;

/**
 * Encodes a MESSAGE_OUTPUT with these pieces, one after another: at most OUTPUT_MAX_LENGTH bytes. The next
 * call overwrites the result.
 */
export function outputMessage(stream: StreamNumber, pieces: readonly Uint8Array[]): Uint8Array {
  let at = OUTPUT_HEADER_LENGTH;
  for (const piece of pieces) {
    outputBuffer.set(piece, at);
    at += piece.length;
  }
  outputBuffer[STREAM_OFFSET] = stream;
  outputBuffer.writeUInt32BE(at - OUTPUT_HEADER_LENGTH, OUTPUT_LENGTH_OFFSET);
  return outputBuffer.subarray(0, at);
}

/** Encodes a MESSAGE_STATUS. `status` is 0 to 255. */
export function statusMessage(status: number): Uint8Array {
  return Uint8Array.of(VERSION_2, MessageType.STATUS, status);
}

/** Encodes a MESSAGE_ERROR. A text that does not fit into a message is cut. */
export function errorMessage(code: number, text: string): Uint8Array {
  const bytes = Buffer.from(text).subarray(0, MESSAGE_MAX_LENGTH - ERROR_HEADER_LENGTH);
  const message = Buffer.alloc(ERROR_HEADER_LENGTH + bytes.length);
  message[0] = VERSION_2;
  message[MESSAGE_TYPE_OFFSET] = MessageType.ERROR;
  message.writeUInt32BE(code, CODE_OFFSET);
  message.writeUInt32BE(bytes.length, TEXT_LENGTH_OFFSET);
  message.set(bytes, ERROR_HEADER_LENGTH);
  return message;
}
