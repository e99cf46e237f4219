/**
 * Target: all bytes that a remctl server sends in a session.
 *
 * They begin with the first context token. The security context protects nothing. Whatever the
 * bytes are, every call ends, with a result or a RemctlError. The first byte plus one is the length
 * of the chunks in which the rest arrives.
 */
import { type Connection, RemctlError } from '@remctl/core';
import { ContextFlag } from '@remctl/krb5';
import {
  type ByteStream,
  type ByteStreamHandlers,
  createChannel,
  createConnectionV1,
  createConnectionV2,
  negotiate,
  type SecurityContext,
} from '../pure-backend-internals.js';

const NO_TIMEOUT = { timeoutMs: 0 };
const OPTIONS = {
  ...NO_TIMEOUT,
  server: { host: 'server', port: 4373 },
  negotiateMs: 60_000,
  signal: new AbortController().signal,
};
/** The number of calls in a session: commands and NOOPs in turn. */
const CALLS = 4;

/** Returns a security context that protects nothing: it wraps a message as the message itself. */
function plainContext(): SecurityContext {
  return {
    flags: ContextFlag.MUTUAL | ContextFlag.CONF | ContextFlag.INTEG,
    peer: undefined,
    step: async (token) =>
      token === undefined
        ? { token: Uint8Array.of(1), established: false }
        : { token: undefined, established: true },
    wrap: (message) => message,
    unwrap: (token) => Uint8Array.from(token),
    getMic: (message) => message,
    verifyMic(message, mic) {
      if (Buffer.compare(message, mic) !== 0) {
        throw new Error('wrong MIC');
      }
    },
  };
}

/**
 * Returns a stream that delivers `data` in chunks of `size`, then its end, while the client waits.
 */
function streamOf(data: Buffer, size: number): ByteStream {
  let handlers: ByteStreamHandlers | undefined;
  let at = 0;
  let waiting = false;
  let ended = false;
  const deliver = () => {
    while (waiting && !ended) {
      const chunk = data.subarray(at, at + size);
      at += size;
      if (chunk.length === 0) {
        ended = true;
        handlers?.onEnd(undefined);
      } else {
        handlers?.onData(chunk);
      }
    }
  };
  return {
    attach(given) {
      handlers = given;
    },
    write: () => true,
    pause: () => undefined,
    resume: () => undefined,
    hold(alive) {
      waiting = alive;
      queueMicrotask(deliver);
    },
    end: async () => {
      ended = true;
    },
    destroy: () => {
      ended = true;
    },
  };
}

async function runCommand(connection: Connection): Promise<void> {
  await connection.send([Buffer.from('test')], NO_TIMEOUT);
  for (;;) {
    const { type } = await connection.receive(NO_TIMEOUT);
    if (type !== 'output') {
      return;
    }
  }
}

async function session(stream: ByteStream): Promise<void> {
  const channel = createChannel(stream, OPTIONS.server);
  const { context, protocol } = await negotiate(channel, async () => plainContext(), OPTIONS);
  if (protocol === 1) {
    await runCommand(createConnectionV1(channel, context));
    return;
  }
  const connection = createConnectionV2(channel, context);
  for (let call = 0; call < CALLS; call++) {
    await (call % 2 === 0 ? runCommand(connection) : connection.noop(NO_TIMEOUT));
  }
  await connection.close();
}

export async function fuzz(data: Buffer): Promise<void> {
  try {
    await session(streamOf(data.subarray(1), (data[0] ?? 0) + 1));
  } catch (error) {
    if (!(error instanceof RemctlError)) {
      throw error;
    }
  }
}
