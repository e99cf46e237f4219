/** Negotiations with scripted servers: protocols, flags, deadlines, endless tokens. */
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlTimeoutError,
} from '@remctl/core';
import {
  CONTEXT_TOKEN_FLAGS,
  encodeToken,
  MESSAGE_TOKEN_FLAGS,
  TOKEN_HEADER_LENGTH,
  TOKEN_MAX_LENGTH,
  TokenFlag,
} from '@remctl/core/wire';
import { expect, onTestFinished, test } from 'vitest';
import type { ByteStream } from '../src/byte-stream.js';
import { type Channel, createChannel } from '../src/channel.js';
import type { SecurityContext } from '../src/mechanism.js';
import { negotiate } from '../src/negotiate.js';
import { plainContext } from './support/plain-context.js';

/** Makes a channel whose server answers with these flags, one token after the other. */
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

const never = <T>() => new Promise<T>(() => undefined);

test.each([
  ['every', [CONTEXT_TOKEN_FLAGS, CONTEXT_TOKEN_FLAGS], 2, [0x51, 0x42, 0x42]],
  ['no', [TokenFlag.CONTEXT, TokenFlag.CONTEXT], 1, [0x51, 0x42, 0x02]],
])(
  'a server that sets TOKEN_PROTOCOL in %s token is answered in its protocol',
  async (_, flags, protocol, expected) => {
    const sent: number[] = [];
    const agreed = await negotiate(scripted(flags, sent), async () => plainContext(2), OPTIONS);
    expect(agreed.protocol).toBe(protocol);
    expect(sent).toEqual(expected);
  },
);

test.each([
  ['drops TOKEN_PROTOCOL midway', [CONTEXT_TOKEN_FLAGS, TokenFlag.CONTEXT]],
  ['takes up TOKEN_PROTOCOL midway', [TokenFlag.CONTEXT, CONTEXT_TOKEN_FLAGS]],
  ['answers with the flags of a message', [MESSAGE_TOKEN_FLAGS]],
  ['answers without flags', [0]],
])('a server that %s is refused', async (_, flags) => {
  const agreed = negotiate(scripted(flags, []), async () => plainContext(2), OPTIONS);
  await expect(agreed).rejects.toThrow(RemctlInvalidTokenError);
});

const SHORT = { ...OPTIONS, negotiateMs: 100 };
const DRIP_MS = 5;

/** Makes a stream whose other side sends bytes every DRIP_MS once the client has sent something. */
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

/** Negotiates over this stream, and returns the error. */
async function failureOf(stream: ByteStream, context = plainContext(Number.POSITIVE_INFINITY)) {
  const channel = createChannel(stream, SHORT.server);
  const failure = await negotiate(channel, async () => context, SHORT).catch((e: unknown) => e);
  channel.destroy(failure);
  return failure;
}

const TOKEN = encodeToken(CONTEXT_TOKEN_FLAGS, new Uint8Array(10_000));

test('single bytes of a token do not extend the deadline', async () => {
  const failure = await failureOf(drippingStream((n) => TOKEN.subarray(n, n + 1)));
  expect(failure).toBeInstanceOf(RemctlTimeoutError);
  expect(failure).toMatchObject({
    phase: 'negotiate',
    message: expect.stringMatching(
      /^error receiving token: timed out: server\.test \(port 4373\) did not authenticate itself within 0\.1 s: it sent \d+ bytes/,
    ),
  });
});

test('whole tokens that the mechanism takes do not extend the deadline', async () => {
  const slow: SecurityContext = {
    ...plainContext(0),
    async step() {
      // Otherwise the limit on tokens would come before the deadline.
      await new Promise((resolve) => setTimeout(resolve, SHORT.negotiateMs / 4));
      return { token: new Uint8Array(), established: false };
    },
  };
  const failure = await failureOf(
    drippingStream(() => encodeToken(CONTEXT_TOKEN_FLAGS, new Uint8Array())),
    slow,
  );
  expect(failure).toBeInstanceOf(RemctlTimeoutError);
});

test('the error names the silent one: the server or the KDC', async () => {
  const silent = await failureOf(drippingStream(() => new Uint8Array()));
  expect(silent).toMatchObject({
    phase: 'negotiate',
    message: expect.stringMatching(
      /^error receiving token: timed out: server\.test .* within 0\.1 s: it was silent;/,
    ),
  });
  const waiting = (part: 'context' | 'step') => {
    const context = async () =>
      part === 'context' ? never<never>() : { ...plainContext(1), step: () => never<never>() };
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
  ['tokens of 1 MiB', TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH],
])('a server that sends %s without end is refused', async (_, length) => {
  const token = { flags: CONTEXT_TOKEN_FLAGS, payload: new Uint8Array(length) };
  let received = 0;
  const channel: Channel = {
    ...scripted([], []),
    receive: async () => {
      received += 1;
      return token;
    },
  };
  const endless = async () => plainContext(Number.POSITIVE_INFINITY);
  const failure = await negotiate(channel, endless, OPTIONS).catch((e: unknown) => e);
  expect(failure).toBeInstanceOf(RemctlAuthenticationError);
  expect(failure).toMatchObject({ message: expect.stringMatching(/context tokens/) });
  expect(received).toBeLessThanOrEqual(17);
});

test('an abort ends the negotiation with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const options = { ...OPTIONS, signal: controller.signal };
  const failure = negotiate(scripted([], []), () => never<never>(), options).catch(
    (e: unknown) => e,
  );
  controller.abort(reason);
  expect(await failure).toBe(reason);
});
