/** A TCP server on loopback that ends with its test. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpServer {
  readonly port: number;
  /** Stops listening: the port refuses connections afterwards. */
  stopListening(): void;
}

/**
 * Starts a server at `address` and `port`, which calls `serve` for each connection. 0 takes a free port. The
 * server and its connections end with the test.
 */
export async function startTcpServer(
  serve: (socket: Socket) => void = () => undefined,
  { address = '127.0.0.1', port = 0 } = {},
): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  const stopListening = () => void server.close();
  onTestFinished(() => {
    stopListening();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') {
    throw new Error('the server has no port');
  }
  return { port: bound.port, stopListening };
}
