/** Writes to standard output and error, no faster than they take it. */
import type { Writable } from 'node:stream';

/** Writes bytes, and settles once the stream has taken them. Throws the stream's error. */
export function write(stream: Writable, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
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
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
