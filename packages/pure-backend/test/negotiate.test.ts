/** Negotiations with servers that misbehave, over streams of bytes alone. */
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlTimeoutError,
} from '@remctl/core';
import { expect, onTestFinished, test } from 'vitest';
import type { ByteStream } from '../src/byte-stream.js';
import { type Channel, createChannel } from '../src/channel.js';
import { encodeToken } from '../src/framing.js';
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
    received: () => 0,
    setPhase: () => undefined,
    end: async () => undefined,
    destroy: () => undefined,
  };
}

const OPTIONS = {
  server: { host: 'server.test', port: 4373 },
  timeoutMs: 0,
  negotiateMs: 60_000,
  signal: new AbortController().signal,
};

/** A context that needs this many tokens of the server. */
function contextOf(rounds: number): SecurityContext {
  let steps = 0;
  return {
    flags: 62,
    peer: undefined,
    async step() {
      steps += 1;
      return steps > rounds
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
  const agreed = await negotiate(scripted(flags, sent), async () => contextOf(2), OPTIONS);
  expect(agreed.protocol).toBe(protocol);
  expect(sent).toEqual(expected);
});

test.each([[[0x42, 0x02]], [[0x02, 0x42]], [[0x44]], [[0x00]]])(
  'the server answers %j: refused',
  async (flags) => {
    await expect(negotiate(scripted(flags, []), async () => contextOf(2), OPTIONS)).rejects.toThrow(
      RemctlInvalidTokenError,
    );
  },
);

const SHORT = { ...OPTIONS, negotiateMs: 100 };
const DRIP_MS = 5;

/** A stream whose other side sends bytes every few milliseconds, once the client has sent something. */
function drippingStream(bytes: (n: number) => Uint8Array): ByteStream {
  let onData: (chunk: Uint8Array) => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let sent = 0;
  const end = () => clearInterval(timer);
  onTestFinished(end);
  return {
    attach(handlers) {
      onData = handlers.onData;
    },
    write() {
      timer ??= setInterval(() => onData(bytes(sent++)), DRIP_MS);
      return true;
    },
    pause: () => undefined,
    resume: () => undefined,
    hold: () => undefined,
    end: async () => undefined,
    destroy: end,
  };
}

/** The error of a negotiation over this stream. */
async function failureOf(stream: ByteStream, context = contextOf(Number.POSITIVE_INFINITY)) {
  const channel = createChannel(stream, SHORT.server);
  const failure = await negotiate(channel, async () => context, SHORT).catch((e: unknown) => e);
  channel.destroy(failure);
  return failure;
}

const TOKEN = encodeToken(0x42, new Uint8Array(10_000));

test('single bytes of a token do not extend the deadline, also without a time-out', async () => {
  const failure = await failureOf(drippingStream((n) => TOKEN.subarray(n, n + 1)));
  expect(failure).toBeInstanceOf(RemctlTimeoutError);
  expect(failure).toMatchObject({
    phase: 'negotiate',
    message: expect.stringMatching(
      /^error receiving token: timed out: server\.test \(port 4373\) did not authenticate itself within 0\.1 s: it sent \d+ bytes/,
    ),
  });
});

test('whole tokens that the mechanism takes do not extend the deadline either', async () => {
  const slow: SecurityContext = {
    ...contextOf(0),
    async step() {
      // Long enough for the deadline to come before there are too many.
      await new Promise((resolve) => setTimeout(resolve, SHORT.negotiateMs / 4));
      return { token: new Uint8Array(), established: false };
    },
  };
  const failure = await failureOf(
    drippingStream(() => encodeToken(0x42, new Uint8Array())),
    slow,
  );
  expect(failure).toBeInstanceOf(RemctlTimeoutError);
});

test('the error names the server or the KDC, whichever is silent', async () => {
  const silent = await failureOf(drippingStream(() => new Uint8Array()));
  expect(silent).toMatchObject({
    phase: 'negotiate',
    message: expect.stringMatching(
      /^error receiving token: timed out: server\.test .* within 0\.1 s: it was silent;/,
    ),
  });
  const waiting = (part: 'context' | 'step') => {
    const never = new Promise<never>(() => undefined);
    const context = async () =>
      part === 'context' ? never : { ...contextOf(1), step: () => never };
    return negotiate(scripted([], []), context, SHORT).catch((e: unknown) => e);
  };
  for (const part of ['context', 'step'] as const) {
    const failure = await waiting(part);
    expect(failure).toBeInstanceOf(RemctlTimeoutError);
    expect(failure).toMatchObject({ phase: 'negotiate', message: expect.stringMatching(/KDC/) });
  }
});

test.each([
  ['empty tokens', 0],
  ['tokens of 1 MiB', 2 ** 20 - 5],
])('a server that sends %s without end is refused', async (_, length) => {
  const token = { flags: 0x42, payload: new Uint8Array(length) };
  let received = 0;
  const channel: Channel = {
    ...scripted([], []),
    receive: async () => {
      received += 1;
      return token;
    },
  };
  const endless = async () => contextOf(Number.POSITIVE_INFINITY);
  const failure = await negotiate(channel, endless, OPTIONS).catch((e: unknown) => e);
  expect(failure).toBeInstanceOf(RemctlAuthenticationError);
  expect(failure).toMatchObject({ message: expect.stringMatching(/context tokens/) });
  expect(received).toBeLessThanOrEqual(17);
});

test('an abort ends the negotiation with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const never = new Promise<never>(() => undefined);
  const options = { ...OPTIONS, signal: controller.signal };
  const failure = negotiate(scripted([], []), () => never, options).catch((e: unknown) => e);
  controller.abort(reason);
  expect(await failure).toBe(reason);
});
