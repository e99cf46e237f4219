/** One request to one KDC by TCP (RFC 4120, section 7.2.2). */
import { connect } from 'node:net';
import type { AcceptAnswer, KdcAddress } from './udp.js';

/** A KDC's answer carries a ticket of at most some 64 KiB; this leaves room. */
export const MAX_TCP_ANSWER = 1024 * 1024;

const LENGTH_OCTETS = 4;

/**
 * Sends `request` with its four octets of length and reads one answer. Waits until `signal` aborts;
 * rejects with its reason, with the socket's error, or where the answer is none.
 */
export function exchangeByTcp<T>(
  { address, port }: KdcAddress,
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const socket = connect({ host: address, port });
    const chunks: Buffer[] = [];
    let received = 0;
    let needed: number | undefined;
    const onAbort = () => fail(signal.reason);
    const finish = () => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
    };
    const fail = (error: unknown) => {
      finish();
      reject(error);
    };
    signal.addEventListener('abort', onAbort);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the KDC closed the connection without an answer')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      received += chunk.length;
      if (needed === undefined && received >= LENGTH_OCTETS) {
        const length = Buffer.concat(chunks).readUInt32BE(0);
        // The high bit is reserved (section 7.2.2), so a length that sets it is too long as well.
        if (length > MAX_TCP_ANSWER) {
          fail(new Error(`the KDC announced an answer of ${length} bytes`));
          return;
        }
        needed = LENGTH_OCTETS + length;
      }
      if (needed === undefined || received < needed) {
        return;
      }
      try {
        const accepted = accept(Buffer.concat(chunks).subarray(LENGTH_OCTETS, needed));
        if (accepted === undefined) {
          fail(new Error('the KDC sent something other than an answer'));
        } else {
          finish();
          resolve(accepted);
        }
      } catch (error) {
        fail(error);
      }
    });
    const length = Buffer.alloc(LENGTH_OCTETS);
    length.writeUInt32BE(request.length);
    socket.write(Buffer.concat([length, request]));
  });
}
