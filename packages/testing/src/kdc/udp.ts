/** Serves a KDC by UDP (RFC 4120, section 7.2.1). */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { encodeTooBig } from './kdc-refusal.js';
import type { KdcState } from './kdc-state.js';
import type { Answer } from './tcp.js';

/** The most requests that are answered at once. More are dropped, as a full socket drops them. */
const MAX_PENDING = 256;

/** A UDP socket, bound or not. */
export interface UdpService {
  readonly socket: Socket;
  close(): Promise<void>;
}

/** Makes a UDP socket of `kdc` that is not bound yet. An answer has at most `maxAnswer` bytes. */
export function udpService(
  kdc: KdcState,
  answer: Answer,
  family: 4 | 6,
  maxAnswer: number,
): UdpService {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  // A later error is about one datagram, and its client asks again. Faults of binding reach `listen`.
  socket.on('error', () => undefined);
  // A test runner that forgot to stop the KDC must not hang.
  socket.unref();
  let pending = 0;
  let closed = false;
  socket.on('message', async (request, from) => {
    if (pending >= MAX_PENDING) {
      return;
    }
    pending += 1;
    const reply = await answer(request);
    pending -= 1;
    if (reply === undefined || closed) {
      return;
    }
    const sent = reply.length > maxAnswer ? encodeTooBig(kdc.realm, kdc.now()) : reply;
    socket.send(sent, from.port, from.address, () => {
      // A datagram that cannot be sent is a lost one: the client asks again.
    });
  });
  return {
    socket,
    close: async () => {
      closed = true;
      const done = once(socket, 'close');
      socket.close();
      await done;
    },
  };
}
