/** TCP connections that carry tokens between tests and real peers. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { LOOPBACK, listenTcp } from './loopback.js';

export interface TokenConnection {
  send(bytes: Uint8Array): void;
  /** Returns the next `length` bytes. Throws if the peer hangs up before. */
  read(length: number): Promise<Buffer>;
  /** Hangs up after everything is sent. */
  end(): void;
  close(): void;
}

export function overSocket(socket: Socket): TokenConnection {
  let received = Buffer.alloc(0);
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    wake();
  });
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      ended = true;
      wake();
    });
  }
  return {
    send: (bytes) => {
      socket.write(bytes);
    },
    read: async (length) => {
      while (received.length < length) {
        if (ended) {
          throw new Error('the peer hung up');
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const bytes = received.subarray(0, length);
      received = received.subarray(length);
      return bytes;
    },
    end: () => {
      socket.end();
    },
    close: () => {
      socket.destroy();
    },
  };
}

export async function connectTo(port: number): Promise<TokenConnection> {
  const socket = connect({ host: LOOPBACK, port });
  await once(socket, 'connect');
  return overSocket(socket);
}

/** Listens on the loopback address, and gives each connection to `serve`. */
export async function listen(
  serve: (connection: TokenConnection) => void,
): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => serve(overSocket(socket)));
  return { port: await listenTcp(server), close: () => server.close() };
}

/** Puts the length of `token` before it, in four bytes, most significant first. */
export function lengthPrefixed(token: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(token.length);
  return Buffer.concat([length, token]);
}

export async function readLengthPrefixed(connection: TokenConnection): Promise<Buffer> {
  return connection.read((await connection.read(4)).readUInt32BE());
}
