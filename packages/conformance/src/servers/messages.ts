/** What is inside a server's tokens (specification, sections 2.2 to 2.8 and 3), well formed or not. */

export const MessageType = {
  COMMAND: 1,
  QUIT: 2,
  OUTPUT: 3,
  STATUS: 4,
  ERROR: 5,
  VERSION: 6,
  NOOP: 7,
} as const;

/** The protocol version in every message but NOOP's. */
export const VERSION_2 = 2;
const VERSION_3 = 3;

/** The largest message, in octets (section 1). */
export const MESSAGE_MAX_LENGTH = 64 * 1024;

/** Octets, strings and byte strings, one after the other. */
export function bytes(...parts: readonly (number | string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))),
  );
}

/** A number of four octets in network byte order. */
export function uint32(value: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(value);
  return number;
}

/** MESSAGE_OUTPUT. `length` is what it claims: the text's without it. */
export function output(text: string, stream = 1, length = text.length): Buffer {
  return bytes(VERSION_2, MessageType.OUTPUT, stream, uint32(length), text);
}

/** MESSAGE_STATUS. */
export const status = (value: number): Buffer => bytes(VERSION_2, MessageType.STATUS, value);

/** MESSAGE_ERROR. `length` is what it claims: the text's without it. */
export function error(code: number, text: string, length = text.length): Buffer {
  return bytes(VERSION_2, MessageType.ERROR, uint32(code), uint32(length), text);
}

/** MESSAGE_VERSION, with the highest version of the server. */
export const version = (highest: number): Buffer => bytes(VERSION_2, MessageType.VERSION, highest);

export const NOOP: Buffer = bytes(VERSION_3, MessageType.NOOP);

/** The answer of protocol 1: the status, then the output. `length` is what it claims of that. */
export function answerV1(value: number, text: string, length = text.length): Buffer {
  return bytes(uint32(value), uint32(length), text);
}
