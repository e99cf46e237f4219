/** Tokens over a TCP connection, for tests that speak to real peers. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TokenConnection {
  send(bytes: Uint8Array): void;
  /** The next `length` bytes; rejects when the peer hangs up before. */
  read(length: number): Promise<Buffer>;
  /** Hangs up once all is sent. */
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
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  return overSocket(socket);
}

/** Listens on loopback; `serve` gets each connection. */
export async function listen(
  serve: (connection: TokenConnection) => void,
): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => serve(overSocket(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  return { port: address.port, close: () => server.close() };
}

/** A token with four octets of length before it. */
export function lengthPrefixed(token: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(token.length);
  return Buffer.concat([length, token]);
}

export async function readLengthPrefixed(connection: TokenConnection): Promise<Buffer> {
  return connection.read((await connection.read(4)).readUInt32BE());
}
