/** Writes to standard output and error, and waits until it is written. */
import type { Writable } from 'node:stream';
import { hasCode } from '../has-code.js';

/** Writes text, and settles once the stream has taken it. Throws the stream's error. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) {
        resolve();
      } else {
        reject(error);
      }
    });
  });
}

/** Returns whether `error` is EPIPE: the reader of our output has gone. */
export function isBrokenPipe(error: unknown): boolean {
  return hasCode(error, 'EPIPE');
}
