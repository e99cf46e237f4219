/** A channel whose server sends more than anyone reads. */
import { encodeToken, MESSAGE_TOKEN_FLAGS } from '@remctl/core/wire';
import { expect, test } from 'vitest';
import type { ByteStream, ByteStreamHandlers } from '../src/byte-stream.js';
import { createChannel } from '../src/channel.js';

/** Makes a stream whose other side sends until the stream is paused. */
function floodingStream() {
  let handlers: ByteStreamHandlers | undefined;
  let paused = false;
  const stream: ByteStream = {
    attach: (given) => {
      handlers = given;
    },
    write: () => true,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
    },
    hold: () => undefined,
    end: async () => undefined,
    destroy: () => undefined,
  };
  /** Sends `chunk` until the channel pauses the stream, at most `most` times. Returns how often. */
  const flood = (chunk: Uint8Array, most: number): number => {
    let sent = 0;
    for (; !paused && sent < most; sent++) {
      handlers?.onData(chunk);
    }
    return sent;
  };
  return { stream, flood };
}

const SERVER = { host: 'server', port: 4373 };

test.each([0, 1, 100, 10_000])(
  'unread tokens of %i bytes pause the server before they fill the memory',
  async (length) => {
    const { stream, flood } = floodingStream();
    const channel = createChannel(stream, SERVER);
    const token = encodeToken(MESSAGE_TOKEN_FLAGS, new Uint8Array(length));
    const most = 100_000;
    expect(flood(token, most)).toBeLessThan(2_000);
    // Tokens that are read make room again.
    for (let read = 0; read < 1_000 && channel.hasToken(); read++) {
      await channel.receive(0);
    }
    expect(flood(token, most)).toBeGreaterThan(0);
  },
);
