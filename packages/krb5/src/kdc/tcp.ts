/** One request to one KDC by TCP (RFC 4120, section 7.2.2). */
import { connect } from 'node:net';
import type { AcceptAnswer, KdcAddress } from './kdc.js';
import { createAnswerReader, frameRequest } from './tcp-framing.js';

/**
 * Milliseconds that connecting may take when nobody waits any more. A socket that connects keeps the
 * process alive.
 */
const ABANDONED_CONNECT_MS = 500;

/**
 * Sends `request` in its frame and reads one answer, until `signal` aborts. Throws the signal's
 * reason, the socket's error, or Error if `accept` does not take the answer. Once connected, the
 * socket does not keep the process alive: the caller who waits does. Once `abandoned` has aborted,
 * connecting takes half a second at most.
 */
export function exchangeByTcp<T>(
  { address, port }: KdcAddress,
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  signal: AbortSignal,
  abandoned: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const socket = connect({ host: address, port });
    socket.unref();
    const read = createAnswerReader();
    const onAbort = () => fail(signal.reason);
    let connectTimer: NodeJS.Timeout | undefined;
    const onAbandoned = () => {
      if (socket.connecting) {
        connectTimer = setTimeout(
          () => fail(new Error('the KDC did not take the connection')),
          ABANDONED_CONNECT_MS,
        );
      }
    };
    const finish = () => {
      clearTimeout(connectTimer);
      abandoned.removeEventListener('abort', onAbandoned);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
    };
    const fail = (error: unknown) => {
      finish();
      reject(error);
    };
    signal.addEventListener('abort', onAbort);
    if (abandoned.aborted) {
      onAbandoned();
    } else {
      abandoned.addEventListener('abort', onAbandoned);
    }
    socket.on('connect', () => clearTimeout(connectTimer));
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
    socket.write(frameRequest(request));
  });
}
