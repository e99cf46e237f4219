/** Numbers and commands, encoded by the protocol's drawings. */
import { NUMBER_LENGTH } from '@remctl/core/wire';
import { expect } from 'vitest';

/** Bytes before the arguments in a MESSAGE_COMMAND (protocol, section 2.4). */
export const COMMAND_HEADER_LENGTH = 4;

/** Encodes a number of four bytes in network byte order. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(NUMBER_LENGTH);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Decodes the arguments of a command from its MESSAGE_COMMANDs. */
export function decodeCommand(messages: readonly Uint8Array[]): Buffer[] {
  const whole = Buffer.concat(messages.map((message) => message.subarray(COMMAND_HEADER_LENGTH)));
  const found = [];
  let at = NUMBER_LENGTH;
  while (at < whole.length) {
    const length = whole.readUInt32BE(at);
    at += NUMBER_LENGTH;
    found.push(whole.subarray(at, at + length));
    at += length;
  }
  expect(found.length).toBe(whole.readUInt32BE(0));
  return found;
}
