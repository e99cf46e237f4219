/** Whole connections against a scripted server on loopback, with a mechanism that protects nothing. */
import { createServer, type Server, type Socket } from 'node:net';
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
  RemctlUnsupportedError,
} from '@remctl/core';
import { afterEach, expect, test, vi } from 'vitest';
import { createTokenReader, encodeToken, type FramedToken } from '../src/framing.js';
import { createPureBackend, type SecurityMechanism } from '../src/index.js';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) {
    end();
  }
});

function plainMechanism(flags = 62): SecurityMechanism {
  return {
    name: 'plain',
    async createContext() {
      return {
        flags,
        peer: undefined,
        step: async (token) =>
          token === undefined
            ? { token: Buffer.from('hello'), established: false }
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
    },
  };
}

type Script = (
  token: FramedToken,
  send: (flags: number, payload: Uint8Array) => void,
  socket: Socket,
) => void;

async function connectTo(script: Script, flags?: number, timeoutMs = 5_000) {
  const server = createServer((socket) => {
    const reader = createTokenReader();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) =>
      reader.push(chunk, (token) =>
        script(token, (bits, payload) => socket.write(encodeToken(bits, payload)), socket),
      ),
    );
    ends.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return connectToPort(server.address(), flags, timeoutMs);
}

function connectToPort(address: ReturnType<Server['address']>, flags?: number, timeoutMs = 5_000) {
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  return createPureBackend({ mechanism: plainMechanism(flags) }).connect({
    host: '127.0.0.1',
    port: address.port,
    principal: undefined,
    credentials: undefined,
    sourceIp: undefined,
    signal: new AbortController().signal,
    timeoutMs,
    negotiateMs: timeoutMs,
  });
}

const WAIT = { timeoutMs: 5_000 };
const STATUS = Uint8Array.of(2, 4, 3);

function server2(
  answer: (message: Uint8Array, send: (message: Uint8Array) => void) => void,
): Script {
  return (token, send) => {
    if (token.flags === 0x42) {
      send(0x42, Buffer.from('welcome'));
    }
    if (token.flags === 0x44) {
      answer(token.payload, (message) => send(0x44, message));
    }
  };
}

test('a command of protocol 2, a NOOP, and an end in order', async () => {
  const seen: (number | undefined)[] = [];
  const connection = await connectTo(
    server2((message, send) => {
      seen.push(message[1]);
      if (message[1] === 1) {
        send(STATUS);
      }
      if (message[1] === 7) {
        send(message);
      }
    }),
  );
  expect(connection.protocol).toBe(2);
  await connection.send([Buffer.from('test')], WAIT);
  expect(await connection.receive(WAIT)).toEqual({ type: 'status', status: 3 });
  await connection.noop(WAIT);
  await connection.close();
  connection.abort();
  expect(seen).toEqual([1, 7, 2]);
});

test('MESSAGE_VERSION for a NOOP leaves the connection usable', async () => {
  const connection = await connectTo(
    server2((message, send) => send(message[1] === 7 ? Uint8Array.of(2, 6, 2) : STATUS)),
  );
  await expect(connection.noop(WAIT)).rejects.toThrow(RemctlUnsupportedError);
  await connection.send([], WAIT);
  expect((await connection.receive(WAIT)).type).toBe('status');
  await connection.close();
});

test('an error in the middle of a long command is heard', async () => {
  let answered = false;
  const connection = await connectTo(
    server2((_, send) => {
      if (!answered) {
        send(Uint8Array.of(2, 5, 0, 0, 0, 8, 0, 0, 0, 0));
      }
      answered = true;
    }),
  );
  await connection.send([Buffer.alloc(50 * 1024 * 1024)], WAIT);
  expect(await connection.receive(WAIT)).toMatchObject({ type: 'error', error: 8 });
  await connection.close();
});

test('output is acknowledged by the next token, begun early; that token arrives whole', async () => {
  const output = (text: string) =>
    Buffer.from([2, 3, 1, 0, 0, 0, text.length, ...Buffer.from(text)]);
  const seen: (number | undefined)[] = [];
  let arrived = 0;
  const server = createServer((socket) => {
    const reader = createTokenReader();
    const send = (message: Uint8Array) => socket.write(encodeToken(0x44, message));
    let pieces = 0;
    ends.push(() => socket.destroy());
    socket.on('data', (chunk) => {
      arrived += chunk.length;
      reader.push(chunk, ({ flags, payload }) => {
        if (flags === 0x42) {
          socket.write(encodeToken(0x42, Buffer.from('welcome')));
        }
        if (flags !== 0x44) {
          return;
        }
        seen.push(payload[1]);
        arrived = 0;
        pieces = 0;
        if (payload[1] === 1) {
          send(output('a'));
        }
        if (payload[1] === 7) {
          send(payload);
        }
      });
      // Like remctld under Nagle's algorithm: the rest comes when something has been heard.
      if (arrived > 0 && seen.at(-1) === 1) {
        arrived = 0;
        pieces += 1;
        send(pieces === 1 ? output('b') : STATUS);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const connection = await connectToPort(server.address());
  for (const next of ['command', 'noop', 'command', 'close'] as const) {
    if (next === 'noop') {
      await connection.noop(WAIT);
    }
    if (next === 'close') {
      await connection.close();
    }
    if (next !== 'command') {
      continue;
    }
    await connection.send([Buffer.from('test')], WAIT);
    expect(await connection.receive(WAIT)).toMatchObject({ output: Buffer.from('a') });
    expect(await connection.receive(WAIT)).toMatchObject({ output: Buffer.from('b') });
    expect(await connection.receive(WAIT)).toEqual({ type: 'status', status: 3 });
  }
  expect(seen).toEqual([1, 7, 1, 2]);
});

test('protocol 1: a command with its MIC, and a MIC that is wrong', async () => {
  for (const honest of [true, false]) {
    const connection = await connectTo((token, send) => {
      if (token.flags === 0x42) {
        send(0x02, Buffer.from('welcome'));
      }
      if (token.flags === 0x24) {
        send(0x08, honest ? Uint8Array.from(token.payload) : Buffer.from('forged'));
        send(0x04, Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0));
      }
    });
    expect(connection.protocol).toBe(1);
    await connection.send([Buffer.from('test')], WAIT);
    if (honest) {
      expect(await connection.receive(WAIT)).toEqual({ type: 'status', status: 3 });
    } else {
      await expect(connection.receive(WAIT)).rejects.toThrow(RemctlInvalidTokenError);
    }
    await connection.close();
  }
});

test('a context without confidentiality is refused', async () => {
  await expect(
    connectTo(
      server2(() => undefined),
      2 | 32,
    ),
  ).rejects.toThrow(RemctlAuthenticationError);
});

test('silence is a time-out, and a server that hangs up is EOF in its phase', async () => {
  await expect(connectTo(() => undefined, 62, 200)).rejects.toThrow(RemctlTimeoutError);
  await expect(connectTo((_, __, socket) => socket.end())).rejects.toMatchObject({
    code: 'EOF',
    phase: 'negotiate',
  });
});

test('abort ends what waits', async () => {
  const connection = await connectTo(server2(() => undefined));
  await connection.send([], WAIT);
  const waiting = connection.receive(WAIT);
  connection.abort();
  await expect(waiting).rejects.toThrow(RemctlNetworkError);
});

test('an answer that came while the process was busy is no silence', async () => {
  const answers: (() => void)[] = [];
  const connection = await connectTo(
    server2((_, send) => {
      answers.push(() => send(STATUS));
    }),
  );
  await connection.send([Buffer.from('test')], WAIT);
  const [answer] = await vi.waitUntil(() => (answers.length === 0 ? undefined : answers));
  const timeoutMs = 100;
  // From here the event loop comes to its timers before it looks at sockets.
  await new Promise((resolve) => setImmediate(resolve));
  const receiving = connection.receive({ timeoutMs });
  answer?.();
  const busyUntil = performance.now() + 2 * timeoutMs;
  while (performance.now() < busyUntil) {
    // The process is busy.
  }
  expect(await receiving).toEqual({ type: 'status', status: 3 });
  await connection.close();
});

test('a proof that came while the process was busy is in time', async () => {
  const proofs: (() => void)[] = [];
  const timeoutMs = 1_000;
  const connecting = connectTo(
    (token, send) => {
      if (token.flags === 0x42) {
        proofs.push(() => send(0x42, Buffer.from('welcome')));
      }
    },
    62,
    timeoutMs,
  );
  const [proof] = await vi.waitUntil(() => (proofs.length === 0 ? undefined : proofs));
  // From here the event loop comes to its timers before it looks at sockets.
  await new Promise((resolve) => setImmediate(resolve));
  proof?.();
  const busyUntil = performance.now() + 1.2 * timeoutMs;
  while (performance.now() < busyUntil) {
    // The process is busy.
  }
  await (await connecting).close();
});

test('close() ends a connection whose server goes on sending and never ends its side', async () => {
  let flooded = 0;
  const connection = await connectTo((token, send, socket) => {
    if (token.flags === 0x42) {
      send(0x42, Buffer.from('welcome'));
    }
    if (token.flags !== 0x44 || token.payload[1] !== 1) {
      return;
    }
    // So that the client's end is not answered by an end.
    socket.allowHalfOpen = true;
    // An output message of 60,000 octets, again and again.
    const output = Buffer.alloc(60_007);
    output.set([2, 3, 1]);
    output.writeUInt32BE(60_000, 3);
    const block = Buffer.from(encodeToken(0x44, output));
    const flood = () => {
      while (!socket.destroyed && socket.write(block)) {
        flooded += block.length;
      }
      socket.once('drain', flood);
    };
    flood();
  });
  await connection.send([Buffer.from('test')], WAIT);
  await connection.receive(WAIT);
  await connection.close();
  const until = flooded;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(flooded - until).toBeLessThan(16 * 2 ** 20);
});
