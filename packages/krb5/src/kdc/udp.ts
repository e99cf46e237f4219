/** One request to one KDC by UDP (RFC 4120, section 7.2.1). */
import { createSocket } from 'node:dgram';
import type { AcceptAnswer, KdcAddress } from './kdc.js';

/**
 * Sends `request` and waits for a datagram that `accept` takes, until `signal` aborts. Every other
 * datagram is ignored: anyone may have sent it. The socket is connected, so the system drops
 * datagrams from other addresses and reports a closed port. The socket does not keep the process
 * alive: the caller who waits does. Throws the signal's reason or the socket's error.
 */
export function exchangeByUdp<T>(
  { address, family, port }: KdcAddress,
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.unref();
    const onAbort = () => settle(() => reject(signal.reason));
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) {
        return;
      }
      settled = true;
      signal.removeEventListener('abort', onAbort);
      socket.close();
      finish();
    };
    signal.addEventListener('abort', onAbort);
    socket.on('error', (error) => settle(() => reject(error)));
    socket.on('message', (answer) => {
      try {
        const accepted = accept(answer);
        if (accepted !== undefined) {
          settle(() => resolve(accepted));
        }
      } catch (error) {
        settle(() => reject(error));
      }
    });
    socket.connect(port, address, () => {
      if (settled) {
        return;
      }
      socket.send(request, (error) => {
        if (error) {
          settle(() => reject(error));
        }
      });
    });
  });
}
