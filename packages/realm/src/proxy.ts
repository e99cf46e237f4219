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
}

interface ProxyOptions {
  /** Takes a connection for itself: true where it is not to be passed on. */
  readonly refuse?: (client: Socket, count: number) => boolean;
  /** What the bytes of each direction go through. */
  readonly through?: () => Transform;
}

async function startProxy(target: number, options: ProxyOptions): Promise<RemctldProxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    count += 1;
    // A reset is the client's to notice; the other side is closed below.
    client.on('error', () => undefined);
    if (options.refuse?.(client, count) === true) return;
    const remote = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    keep(remote);
    remote.on('error', () => client.destroy());
    client.on('close', () => remote.destroy());
    remote.on('close', () => client.end());
    const through = options.through;
    if (through === undefined) {
      client.pipe(remote);
      remote.pipe(client);
    } else {
      client.pipe(through()).pipe(remote);
      remote.pipe(through()).pipe(client);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was expected');
  return {
    port: address.port,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
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

/** Makes a remctld a server of protocol 1, and shows a client the down-negotiation. */
export function startProtocol1Proxy(target: number): Promise<RemctldProxy> {
  return startProxy(target, { through: clearProtocolFlag });
}

/** Hangs up on the first connections, after the client's first bytes; passes the others on. */
export function startDroppingProxy(target: number, drops: number): Promise<RemctldProxy> {
  return startProxy(target, {
    refuse(client, count) {
      if (count > drops) return false;
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
