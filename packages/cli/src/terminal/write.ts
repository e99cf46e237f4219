/** Writes to standard output and error, no faster than they take it. */
import { write as writeDescriptor } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** The numbers of standard output and standard error. */
export const STDOUT_FD = 1;
export const STDERR_FD = 2;

/** Standard output or standard error did not take what was written. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** The system's name, such as `ENOSPC`. */
  readonly code: string;
  /** The system's text, such as `No space left on device`. */
  readonly reason: string;

  constructor(fd: number, cause: NodeJS.ErrnoException) {
    // Node's message is `ENOSPC: no space left on device, write`; the C library's begins with a capital.
    const text = cause.message.replace(/^[A-Z0-9]+: /, '').replace(/, write$/, '');
    const reason = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
    super(`cannot write to standard ${fd === STDOUT_FD ? 'output' : 'error'}: ${reason}`, {
      cause,
    });
    this.code = cause.code ?? 'EIO';
    this.reason = reason;
  }
}

/** One of the two streams, or Node's object for it. */
export type Output = typeof STDOUT_FD | typeof STDERR_FD | { readonly fd: number };

/** The pause before another try, where a pipe is full and does not make its writer wait. */
const FULL_PIPE_PAUSE_MS = 10;

const writeOnce = promisify(writeDescriptor);

/** What was begun last on each stream: pieces keep their order. */
const last = new Map<number, Promise<unknown>>();

/**
 * Writes bytes, and settles once the system has taken them all. Each call is one piece for the reader, as soon
 * as the reader takes it. The process stays alive to signals meanwhile: Node's own streams would make a shared
 * pipe non-blocking for other programs too. Throws OutputError.
 */
export function write(output: Output, bytes: Uint8Array | string): Promise<void> {
  const fd = typeof output === 'number' ? output : output.fd;
  const piece = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const written = (last.get(fd) ?? Promise.resolve()).then(() => writeAll(fd, piece));
  last.set(
    fd,
    written.catch(() => undefined),
  );
  return written;
}

async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    try {
      const { bytesWritten } = await writeOnce(fd, bytes, offset);
      offset += bytesWritten;
    } catch (error) {
      const failure = error as NodeJS.ErrnoException;
      // Another program has made the pipe non-blocking, and it is full.
      if (failure.code !== 'EAGAIN') {
        throw new OutputError(fd, failure);
      }
      await sleep(FULL_PIPE_PAUSE_MS);
    }
  }
}

/** What the system says when the reader has gone: of a pipe, and of a socket with unread bytes. */
const READER_GONE: readonly unknown[] = ['EPIPE', 'ECONNRESET'];

/** Returns whether an error is an OutputError, by its name: each bundled file has a class of its own. */
export function isOutputError(error: unknown): error is OutputError {
  return error instanceof Error && error.name === 'OutputError';
}

/** Returns whether an OutputError says that the reader of our output has gone. */
export function isBrokenPipe(error: unknown): boolean {
  return isOutputError(error) && READER_GONE.includes(error.code);
}
