import { RemctlInvalidTokenError } from '@remctl/core';
import { expect, test } from 'vitest';
import type { Channel } from '../src/channel.js';
import type { SecurityContext } from '../src/mechanism.js';
import { negotiate } from '../src/negotiate.js';

/** A channel whose server answers with these flags, one token after the other. */
function scripted(flags: number[], sent: number[]): Channel {
  return {
    send: async (bits) => void sent.push(bits),
    sendAhead: () => undefined,
    receive: async () => ({ flags: flags.shift() ?? 0, payload: new Uint8Array() }),
    checkQuiet: () => undefined,
    hasToken: () => false,
    setPhase: () => undefined,
    end: async () => undefined,
    destroy: () => undefined,
  };
}

const BOUNDS = { timeoutMs: 0, signal: new AbortController().signal };

function twoRounds(): SecurityContext {
  let steps = 0;
  return {
    flags: 62,
    peer: undefined,
    async step() {
      steps += 1;
      return steps === 3
        ? { token: undefined, established: true }
        : { token: new Uint8Array(), established: false };
    },
    wrap: (message) => message,
    unwrap: (token) => token,
    getMic: (message) => message,
    verifyMic: () => undefined,
  };
}

test.each([
  [[0x42, 0x42], 2, [0x51, 0x42, 0x42]],
  [[0x02, 0x02], 1, [0x51, 0x42, 0x02]],
])('the server answers %j: protocol %i', async (flags, protocol, expected) => {
  const sent: number[] = [];
  expect(await negotiate(scripted(flags, sent), twoRounds(), BOUNDS)).toBe(protocol);
  expect(sent).toEqual(expected);
});

test.each([[[0x42, 0x02]], [[0x02, 0x42]], [[0x44]], [[0x00]]])(
  'the server answers %j: refused',
  async (flags) => {
    await expect(negotiate(scripted(flags, []), twoRounds(), BOUNDS)).rejects.toThrow(
      RemctlInvalidTokenError,
    );
  },
);
