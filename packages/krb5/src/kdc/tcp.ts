/** One request to one KDC by TCP (RFC 4120, section 7.2.2). */
import { connect } from 'node:net';
import { createAnswerReader } from './answer-reader.js';
import type { AcceptAnswer, KdcAddress } from './udp.js';

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
    const read = createAnswerReader();
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
      try {
        const answer = read(chunk);
        if (answer === undefined) {
          return;
        }
        const accepted = accept(answer);
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
