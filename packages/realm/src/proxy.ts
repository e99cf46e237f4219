/** TCP proxies between a client and a remctld, which change what passes. */
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** Flags of the token header (specification, section 1). */
const TOKEN_CONTEXT = 0x02;
const TOKEN_CONTEXT_NEXT = 0x10;
const TOKEN_PROTOCOL = 0x40;
const HEADER_LENGTH = 5;

export interface RemctldProxy extends AsyncDisposable {
  readonly port: number;
  /** How many connections it has taken. */
  connections(): number;
  /** How many of them the client has not ended. */
  open(): number;
  /** The source address of each connection, in the order they came. */
  sources(): readonly string[];
}

/** Where a proxy listens. */
export interface ProxyAddress {
  /** A loopback address; 127.0.0.1 without it. */
  readonly host?: string;
  /** A free one without it. */
  readonly port?: number;
}

export interface ProxyOptions {
  readonly at?: ProxyAddress;
  /** Takes a connection for itself: true where it is not to be passed on. */
  readonly refuse?: (client: Socket, count: number) => boolean;
  /** Joins a connection with the server's in its own way, and ends both. */
  readonly join?: (client: Socket, remote: Socket) => void;
  /** What the client's bytes go through. */
  readonly fromClient?: () => Transform;
  /** What the server's bytes go through. */
  readonly fromServer?: () => Transform;
}

/** What every proxy here is made of. */
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
    // A reset is the client's to notice; the other side is closed below.
    client.on('error', () => undefined);
    if (options.refuse?.(client, sources.length) === true) {
      return;
    }
    const remote = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.at?.port ?? 0, options.at?.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  return {
    port: address.port,
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

/** Takes TOKEN_PROTOCOL out of the flags of context tokens, whatever pieces they come in. */
function clearProtocolFlag(): Transform {
  let header: number[] = [];
  let payload = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const bytes = Buffer.from(chunk);
      for (let at = 0; at < bytes.length; ) {
        if (payload > 0) {
          const step = Math.min(payload, bytes.length - at);
          payload -= step;
          at += step;
          continue;
        }
        const byte = bytes[at] ?? 0;
        if (header.length === 0 && (byte & (TOKEN_CONTEXT | TOKEN_CONTEXT_NEXT)) !== 0) {
          bytes[at] = byte & ~TOKEN_PROTOCOL;
        }
        header.push(byte);
        at += 1;
        if (header.length === HEADER_LENGTH) {
          payload = Buffer.from(header).readUInt32BE(1);
          header = [];
        }
      }
      done(null, bytes);
    },
  });
}

/** Passes all on, from an address or a port of its own. */
export function startForwardingProxy(target: number, at: ProxyAddress = {}): Promise<RemctldProxy> {
  return startProxy(target, { at });
}

export interface StallingProxy extends RemctldProxy {
  /** From now on nothing that a client sends is taken any more, and the connection stays open. */
  stall(): void;
}

/** Passes all on until it is told to stall; then it is a server that does not read. */
export async function startStallingProxy(target: number): Promise<StallingProxy> {
  let stalled = false;
  const proxy = await startProxy(target, {
    fromClient: () =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          // Without a call of done() nothing more is read from the client's socket.
          if (!stalled) {
            done(null, chunk);
          }
        },
      }),
  });
  return Object.assign(proxy, {
    stall() {
      stalled = true;
    },
  });
}

/** Makes a remctld a server of protocol 1, and shows a client the down-negotiation. */
export function startProtocol1Proxy(target: number): Promise<RemctldProxy> {
  return startProxy(target, { fromClient: clearProtocolFlag, fromServer: clearProtocolFlag });
}

/** Hangs up on the first connections, after the client's first bytes; passes the others on. */
export function startDroppingProxy(target: number, drops: number): Promise<RemctldProxy> {
  return startProxy(target, {
    refuse(client, count) {
      if (count > drops) {
        return false;
      }
      client.once('data', () => client.end());
      return true;
    },
  });
}

/** A server that takes connections, and never says a word. */
export function startSilentServer(): Promise<RemctldProxy> {
  return startProxy(0, {
    refuse(client) {
      client.resume();
      client.once('end', () => client.destroy());
      return true;
    },
  });
}
