/**
 * What stands where a KDC should be: one that says nothing, one that answers what is no answer, one
 * that comes and goes.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { hasCode } from './system-error.js';

export interface BadKdc extends AsyncDisposable {
  /** As krb5.conf has it: address and port, the same for UDP and TCP. */
  readonly kdc: string;
  /** How many requests have come: datagrams, and pieces of TCP streams. */
  readonly asked: () => number;
}

const LOOPBACK = '127.0.0.1';
const ATTEMPTS = 5;
const GARBAGE = Buffer.from('garbage');
/** Octets of a message's length over TCP (RFC 4120, section 7.2.2). */
const LENGTH_OCTETS = 4;
/** The tag of an AP-REQ, which no KDC answers with. */
const WRONG_TAG = 0x6d;

/** Listens on TCP, at the port that UDP has; undefined where another has it. */
async function listenOn(
  port: number,
  onClient: (socket: Socket) => void,
): Promise<Server | undefined> {
  const server = createServer(onClient).listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE')) {
      return undefined;
    }
    throw error;
  }
}

async function startBadKdc(
  answersTo: (request: Buffer) => readonly Buffer[],
  onDatagram?: (request: Buffer, answer: (message: Buffer) => void) => void,
  onConnection?: (socket: Socket) => void,
): Promise<BadKdc> {
  const sockets = new Set<Socket>();
  let asked = 0;
  const onClient = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever asked may hang up as it likes.
    socket.on('error', () => socket.destroy());
    onConnection?.(socket);
    socket.on('data', (request: Buffer) => {
      asked += 1;
      for (const answer of answersTo(request.subarray(LENGTH_OCTETS))) {
        const length = Buffer.alloc(LENGTH_OCTETS);
        length.writeUInt32BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const udp = createSocket('udp4', (request, { port, address }) => {
      asked += 1;
      onDatagram?.(request, (answer) => udp.send(answer, port, address));
      for (const answer of answersTo(request)) {
        udp.send(answer, port, address);
      }
    });
    udp.bind(0, LOOPBACK);
    await once(udp, 'listening');
    const { port } = udp.address();
    const tcp = await listenOn(port, onClient);
    if (tcp === undefined) {
      udp.close();
      continue;
    }
    return {
      kdc: `${LOOPBACK}:${port}`,
      asked: () => asked,
      async [Symbol.asyncDispose]() {
        udp.close();
        for (const socket of sockets) {
          socket.destroy();
        }
        await new Promise((resolve) => tcp.close(resolve));
      },
    };
  }
  throw new Error('no port was free for both UDP and TCP');
}

/** Takes every request and never answers. */
export const startSilentKdc = (): Promise<BadKdc> => startBadKdc(() => []);

/** Answers every request with its own bytes under a wrong tag, then with bytes that are no message. */
export const startGarbageKdc = (): Promise<BadKdc> =>
  startBadKdc((request) => [Buffer.from(request).fill(WRONG_TAG, 0, 1), GARBAGE]);

/** A KDC that a test has fall silent, by either transport, and speak again. */
export interface FickleKdc extends BadKdc {
  /** Whether it takes datagrams. */
  udp: boolean;
  /** Whether it answers on TCP connections. */
  tcp: boolean;
  /** How many datagrams have come. */
  readonly datagrams: () => number;
}

/** Relays to the KDC at `kdcPort` while its `udp` and `tcp` say so. */
export async function startFickleKdc(kdcPort: number): Promise<FickleKdc> {
  const relays = new Set<{ close(): void }>();
  let datagrams = 0;
  const onDatagram = (request: Buffer, answer: (message: Buffer) => void) => {
    datagrams += 1;
    if (!fickle.udp) {
      return;
    }
    const relay = createSocket('udp4', (message) => {
      answer(message);
      close();
    });
    const close = () => {
      if (relays.delete(relay)) {
        relay.close();
      }
    };
    relays.add(relay);
    relay.on('error', close);
    relay.send(request, kdcPort, LOOPBACK);
  };
  const onClient = (socket: Socket) => {
    if (!fickle.tcp) {
      return;
    }
    const relay = connect(kdcPort, LOOPBACK);
    relay.on('error', () => socket.destroy()).pipe(socket);
    socket.on('close', () => relay.destroy()).pipe(relay);
  };
  const bad = await startBadKdc(() => [], onDatagram, onClient);
  const fickle: FickleKdc = {
    kdc: bad.kdc,
    asked: bad.asked,
    datagrams: () => datagrams,
    udp: true,
    tcp: true,
    async [Symbol.asyncDispose]() {
      await bad[Symbol.asyncDispose]();
      for (const relay of relays) {
        relay.close();
      }
    },
  };
  return fickle;
}
