/** The TCP proxy that every proxy to remctld here is built on. */
import { connect, createServer, type Socket } from 'node:net';
import type { Transform } from 'node:stream';
import { LOOPBACK, listen } from './ports.js';

export interface RemctldProxy extends AsyncDisposable {
  readonly port: number;
  /** The number of connections that the proxy has taken. */
  connections(): number;
  /** The number of those that the client has not ended. */
  open(): number;
  /** The source address of each connection, in the order of their arrival. */
  sources(): readonly string[];
}

/** Where a proxy listens. */
export interface ProxyAddress {
  /** A loopback address; 127.0.0.1 by default. */
  readonly host?: string;
  /** A port; a free one by default. */
  readonly port?: number;
}

export interface ProxyOptions {
  readonly at?: ProxyAddress;
  /**
   * Called with each connection and its number, from 1. Returns true if it has taken the connection
   * for itself; the proxy then does not connect to the target.
   */
  readonly refuse?: (client: Socket, count: number) => boolean;
  /** Joins a connection with the server's in its own way, and ends both. */
  readonly join?: (client: Socket, remote: Socket) => void;
  /** Makes a transform for the client's bytes. */
  readonly fromClient?: () => Transform;
  /** Makes a transform for the server's bytes. */
  readonly fromServer?: () => Transform;
}

/**
 * Starts a proxy to the port `target` of 127.0.0.1. Throws the system's error if it cannot listen.
 */
export async function startProxy(target: number, options: ProxyOptions): Promise<RemctldProxy> {
  const sockets = new Set<Socket>();
  const sources: string[] = [];
  const clients = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    sources.push(client.remoteAddress ?? '');
    clients.add(client);
    client.on('end', () => clients.delete(client));
    client.on('close', () => clients.delete(client));
    // Only the client acts on a reset; 'close' closes the other side below.
    client.on('error', () => undefined);
    if (options.refuse?.(client, sources.length) === true) {
      return;
    }
    const remote = connect({ port: target, host: LOOPBACK, allowHalfOpen: true });
    keep(remote);
    if (options.join !== undefined) {
      options.join(client, remote);
      return;
    }
    remote.on('error', () => client.destroy());
    client.on('close', () => remote.destroy());
    remote.on('close', () => client.end());
    const { fromClient, fromServer } = options;
    (fromClient === undefined ? client : client.pipe(fromClient())).pipe(remote);
    (fromServer === undefined ? remote : remote.pipe(fromServer())).pipe(client);
  });
  const port = await listen(server, options.at?.port, options.at?.host);
  return {
    port,
    connections: () => sources.length,
    open: () => clients.size,
    sources: () => sources,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts a proxy that changes nothing, at an address of its own. */
export function startForwardingProxy(target: number, at: ProxyAddress = {}): Promise<RemctldProxy> {
  return startProxy(target, { at });
}
