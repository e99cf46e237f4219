/**
 * Encodes a server's messages, well formed or not.
 *
 * The formats are those of the protocol, sections 2.2 to 2.8 and 3.
 *
 * The encoders are not those of the product: a mistake in one must not hide in the other.
 */
import { MessageType, NUMBER_LENGTH, VERSION_2, VERSION_3 } from '@remctl/core/wire';

/** Concatenates single bytes, strings in UTF-8 and byte strings. */
export function bytes(...parts: readonly (number | string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))),
  );
}

/** Encodes a number of four bytes in network byte order. */
export function uint32(value: number): Buffer {
  const number = Buffer.alloc(NUMBER_LENGTH);
  number.writeUInt32BE(value);
  return number;
}

/** Encodes a MESSAGE_OUTPUT. `length` is the length it claims; the text's own without it. */
export function output(text: string, stream = 1, length = text.length): Buffer {
  return bytes(VERSION_2, MessageType.OUTPUT, stream, uint32(length), text);
}

/** Encodes a MESSAGE_STATUS. */
export const status = (value: number): Buffer => bytes(VERSION_2, MessageType.STATUS, value);

/** Encodes a MESSAGE_ERROR. `length` is the length it claims; the text's own without it. */
export function error(code: number, text: string, length = text.length): Buffer {
  return bytes(VERSION_2, MessageType.ERROR, uint32(code), uint32(length), text);
}

/** Encodes a MESSAGE_VERSION with the server's highest version. */
export const version = (highest: number): Buffer => bytes(VERSION_2, MessageType.VERSION, highest);

/** A MESSAGE_NOOP. */
export const NOOP: Buffer = bytes(VERSION_3, MessageType.NOOP);

/**
 * Encodes the answer of protocol 1: the exit status, then the output.
 *
 * `length` is the output's length it claims; the text's own without it.
 */
export function answerV1(value: number, text: string, length = text.length): Buffer {
  return bytes(uint32(value), uint32(length), text);
}
