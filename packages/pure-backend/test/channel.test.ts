import { expect, test } from 'vitest';
import { createChannel } from '../src/channel.js';
import { encodeToken } from '../src/framing.js';
import type { Wire, WireHandlers } from '../src/wire.js';

/** A wire whose other side sends as long as it is let. */
function floodingWire() {
  let handlers: WireHandlers | undefined;
  let paused = false;
  const wire: Wire = {
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
  /** Sends `chunk` until the channel pauses the wire, `most` times at most; how often it did. */
  const flood = (chunk: Uint8Array, most: number): number => {
    let sent = 0;
    for (; !paused && sent < most; sent++) {
      handlers?.onData(chunk);
    }
    return sent;
  };
  return { wire, flood };
}

const FLAGS = 0x44;

test.each([0, 1, 100, 10_000])(
  'a server that sends tokens of %i octets that nobody reads is paused before they fill the memory',
  async (length) => {
    const { wire, flood } = floodingWire();
    const channel = createChannel(wire, 'server');
    const token = encodeToken(FLAGS, new Uint8Array(length));
    const most = 100_000;
    expect(flood(token, most)).toBeLessThan(2_000);
    // What was read makes room again.
    for (let read = 0; read < 1_000 && channel.hasToken(); read++) {
      await channel.receive(0);
    }
    expect(flood(token, most)).toBeGreaterThan(0);
  },
);
