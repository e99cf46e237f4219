/** Stand-ins for a KDC: silent, sending garbage, coming and going. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK, listen, PORT_ATTEMPTS } from './ports.js';
import { hasCode } from './system-error.js';

export interface BadKdc extends AsyncDisposable {
  /** Its `address:port`, in krb5.conf's form. UDP and TCP have the same port. */
  readonly kdc: string;
  /** The number of requests that have come: datagrams, and chunks of TCP streams. */
  readonly asked: () => number;
}

const GARBAGE = Buffer.from('garbage');
/** Bytes of the length before each message on TCP (RFC 4120, section 7.2.2). */
const LENGTH_BYTES = 4;
/** The tag of an AP-REQ; no KDC answers with one. */
const WRONG_TAG = 0x6d;

/** Listens on TCP at `port`. Returns undefined if the port is taken. */
async function listenOn(
  port: number,
  onClient: (socket: Socket) => void,
): Promise<Server | undefined> {
  const server = createServer(onClient);
  try {
    await listen(server, port);
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
    // A client may hang up at any time.
    socket.on('error', () => socket.destroy());
    onConnection?.(socket);
    socket.on('data', (request: Buffer) => {
      asked += 1;
      for (const answer of answersTo(request.subarray(LENGTH_BYTES))) {
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  };
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
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

/** Starts a KDC that takes every request and never answers. */
export const startSilentKdc = (): Promise<BadKdc> => startBadKdc(() => []);

/**
 * Starts a KDC that answers each request twice: with the request's own bytes under a wrong tag,
 * then with bytes that are no message.
 */
export const startGarbageKdc = (): Promise<BadKdc> =>
  startBadKdc((request) => [Buffer.from(request).fill(WRONG_TAG, 0, 1), GARBAGE]);

/** A KDC that a test can silence on UDP, on TCP or on both, and let answer again. */
export interface FickleKdc extends BadKdc {
  /** Set it to false, and datagrams get no answer. */
  udp: boolean;
  /** Set it to false, and new TCP connections get no answer. */
  tcp: boolean;
  /** The number of datagrams that have come. */
  readonly datagrams: () => number;
}

/** Starts a relay to the KDC at `kdcPort` of 127.0.0.1. Its `udp` and `tcp` begin as true. */
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
