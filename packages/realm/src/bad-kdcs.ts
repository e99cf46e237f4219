/** What stands where a KDC should be: one that says nothing, and one that answers what is no answer. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export interface BadKdc extends AsyncDisposable {
  /** As krb5.conf has it: address and port, the same for UDP and TCP. */
  readonly kdc: string;
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
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

async function startBadKdc(answersTo: (request: Buffer) => readonly Buffer[]): Promise<BadKdc> {
  const sockets = new Set<Socket>();
  const onClient = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever asked may hang up as it likes.
    socket.on('error', () => socket.destroy());
    socket.on('data', (request: Buffer) => {
      for (const answer of answersTo(request.subarray(LENGTH_OCTETS))) {
        const length = Buffer.alloc(LENGTH_OCTETS);
        length.writeUInt32BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const udp = createSocket('udp4', (request, { port, address }) => {
      for (const answer of answersTo(request)) udp.send(answer, port, address);
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
      async [Symbol.asyncDispose]() {
        udp.close();
        for (const socket of sockets) socket.destroy();
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
