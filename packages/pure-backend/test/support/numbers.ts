/** Numbers and commands as the protocol writes them, for tests. */
import { expect } from 'vitest';

/** Encodes a number of four bytes in network byte order. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Decodes the arguments of a command, whose messages have a header of four bytes each. */
export function decodeCommand(messages: readonly Uint8Array[]): Buffer[] {
  const whole = Buffer.concat(messages.map((message) => message.subarray(4)));
  const found = [];
  let at = 4;
  while (at < whole.length) {
    const length = whole.readUInt32BE(at);
    found.push(whole.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  expect(found.length).toBe(whole.readUInt32BE(0));
  return found;
}
