/** Connections of protocol 2 against a scripted server on loopback. */
import { RemctlNetworkError, RemctlUnsupportedError } from '@remctl/core';
import { tokenTooLarge } from '@remctl/core/failures';
import {
  CONTEXT_TOKEN_FLAGS,
  createTokenReader,
  encodeToken,
  MESSAGE_TOKEN_FLAGS,
  MessageType,
  STDOUT,
  VERSION_2,
} from '@remctl/core/wire';
import { expect, test } from 'vitest';
import {
  connectTo,
  connectToPort,
  protocol2,
  STATUS,
  WAIT,
  WELCOME,
} from './support/plain-server.js';
import { startTcpServer } from './support/tcp-server.js';

/** The server may have this many bytes under way when the client ends the connection. */
const UNDER_WAY = 16 * 2 ** 20;

test('a connection carries a command and a NOOP, and ends with MESSAGE_QUIT', async () => {
  const seen: (number | undefined)[] = [];
  const connection = await connectTo(
    protocol2((message, send) => {
      seen.push(message[1]);
      if (message[1] === MessageType.COMMAND) {
        send(STATUS);
      }
      if (message[1] === MessageType.NOOP) {
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
  const version = Uint8Array.of(VERSION_2, MessageType.VERSION, VERSION_2);
  const connection = await connectTo(
    protocol2((message, send) => send(message[1] === MessageType.NOOP ? version : STATUS)),
  );
  await expect(connection.noop(WAIT)).rejects.toThrow(RemctlUnsupportedError);
  await connection.send([], WAIT);
  expect((await connection.receive(WAIT)).type).toBe('status');
  await connection.close();
});

test('receive() gives an error that the server sends in the middle of a long command', async () => {
  let answered = false;
  const connection = await connectTo(
    protocol2((_, send) => {
      if (!answered) {
        send(Uint8Array.of(VERSION_2, MessageType.ERROR, 0, 0, 0, 8, 0, 0, 0, 0));
      }
      answered = true;
    }),
  );
  await connection.send([Buffer.alloc(50 * 1024 * 1024)], WAIT);
  expect(await connection.receive(WAIT)).toMatchObject({ type: 'error', error: 8 });
  await connection.close();
});

test('the client acknowledges output with the begin of its next token, which arrives whole', async () => {
  const output = (text: string) =>
    Buffer.from([
      VERSION_2,
      MessageType.OUTPUT,
      STDOUT,
      0,
      0,
      0,
      text.length,
      ...Buffer.from(text),
    ]);
  const seen: (number | undefined)[] = [];
  let arrived = 0;
  const { port } = await startTcpServer((socket) => {
    const reader = createTokenReader(tokenTooLarge);
    const send = (message: Uint8Array) => socket.write(encodeToken(MESSAGE_TOKEN_FLAGS, message));
    let pieces = 0;
    socket.on('data', (chunk) => {
      arrived += chunk.length;
      reader.push(chunk, ({ flags, payload }) => {
        if (flags === CONTEXT_TOKEN_FLAGS) {
          socket.write(encodeToken(CONTEXT_TOKEN_FLAGS, WELCOME));
        }
        if (flags !== MESSAGE_TOKEN_FLAGS) {
          return;
        }
        seen.push(payload[1]);
        arrived = 0;
        pieces = 0;
        if (payload[1] === MessageType.COMMAND) {
          send(output('a'));
        }
        if (payload[1] === MessageType.NOOP) {
          send(payload);
        }
      });
      // Under Nagle's algorithm remctld sends the rest only when it has heard something.
      if (arrived > 0 && seen.at(-1) === MessageType.COMMAND) {
        arrived = 0;
        pieces += 1;
        send(pieces === 1 ? output('b') : STATUS);
      }
    });
  });
  const connection = await connectToPort(port);
  const runCommand = async () => {
    await connection.send([Buffer.from('test')], WAIT);
    expect(await connection.receive(WAIT)).toMatchObject({ output: Buffer.from('a') });
    expect(await connection.receive(WAIT)).toMatchObject({ output: Buffer.from('b') });
    expect(await connection.receive(WAIT)).toEqual({ type: 'status', status: 3 });
  };
  await runCommand();
  await connection.noop(WAIT);
  await runCommand();
  await connection.close();
  expect(seen).toEqual([1, 7, 1, 2]);
});

test('abort() ends a waiting receive()', async () => {
  const connection = await connectTo(protocol2(() => undefined));
  await connection.send([], WAIT);
  const waiting = connection.receive(WAIT);
  connection.abort();
  await expect(waiting).rejects.toThrow(RemctlNetworkError);
});

test('close() ends a connection whose server goes on sending and never ends its side', async () => {
  let flooded = 0;
  const length = 60_000;
  const connection = await connectTo((token, send, socket) => {
    if (token.flags === CONTEXT_TOKEN_FLAGS) {
      send(CONTEXT_TOKEN_FLAGS, WELCOME);
    }
    if (token.flags !== MESSAGE_TOKEN_FLAGS || token.payload[1] !== MessageType.COMMAND) {
      return;
    }
    // Otherwise the client's end would be answered by an end.
    socket.allowHalfOpen = true;
    const output = Buffer.alloc(7 + length);
    output.set([VERSION_2, MessageType.OUTPUT, STDOUT]);
    output.writeUInt32BE(length, 3);
    const block = Buffer.from(encodeToken(MESSAGE_TOKEN_FLAGS, output));
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
  expect(flooded - until).toBeLessThan(UNDER_WAY);
});
