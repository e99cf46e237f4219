/** Serves a KDC by TCP (RFC 4120, section 7.2.2). */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeTooLong } from './kdc-refusal.js';
import type { KdcState } from './kdc-state.js';
import { createRequestReader, frameAnswer } from './tcp-requests.js';

/** More connections than any test has; a new one beyond them is closed at once. */
const MAX_CONNECTIONS = 1024;
/** Milliseconds of silence after which a connection is closed. */
const IDLE_MS = 30_000;

/** Answers one request; undefined if it gets no answer. Never rejects. */
export type Answer = (message: Uint8Array) => Promise<Uint8Array | undefined>;

/** A TCP listener and its connections. */
export interface TcpService {
  readonly server: Server;
  /** Stops listening and cuts all connections. */
  close(): Promise<void>;
}

/**
 * Makes a TCP server of `kdc` that does not listen yet. It cuts a connection after `idleMs`
 * milliseconds of silence.
 */
export function tcpService(kdc: KdcState, answer: Answer, idleMs = IDLE_MS): TcpService {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.unref();
    socket.once('close', () => sockets.delete(socket));
    socket.setTimeout(idleMs, () => socket.destroy());
    serve(socket, kdc, answer).catch(() => {
      // Only the socket fails here: the client is gone, was silent, or was cut off.
      socket.destroy();
    });
  });
  // A later error is about one connection that was not accepted. Faults of binding reach `listen`.
  server.on('error', () => undefined);
  server.maxConnections = MAX_CONNECTIONS;
  // A test runner that forgot to stop the KDC must not hang.
  server.unref();
  return {
    server,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}

/** Answers the requests of one connection, one after the other, until the client ends it. */
async function serve(socket: Socket, kdc: KdcState, answer: Answer): Promise<void> {
  const read = createRequestReader();
  for await (const chunk of socket) {
    const { requests, tooLong } = read(chunk);
    for (const request of requests) {
      const reply = await answer(request);
      if (reply === undefined) {
        socket.destroy();
        return;
      }
      await send(socket, reply);
    }
    if (tooLong) {
      await send(socket, encodeTooLong(kdc.realm, kdc.now()));
      break;
    }
  }
  socket.end();
}

/** Sends an answer, and waits until the client has room for more. */
async function send(socket: Socket, answer: Uint8Array): Promise<void> {
  if (!socket.write(frameAnswer(answer))) {
    await once(socket, 'drain');
  }
}
