/** Reading of small files whose size is not to be trusted. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** What the system said of a file: `ENOENT`, `EACCES`, `EISDIR` and so on; undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const CHUNK_LENGTH = 65_536;

/**
 * Opening a FIFO waits until somebody writes to it: for ever, on a thread that the whole process
 * shares. Any user can make one in /tmp. Systems that lack one of these flags have nothing that it
 * would guard against.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * The error of a FIFO, a socket or a device: a file that is none. Its code is the system's for a
 * wrong argument.
 */
function notRegular(path: string): Error {
  return Object.assign(new Error(`${path} is not a regular file`), { code: NOT_REGULAR });
}

/** The `code` of the error for what is not a regular file. */
export const NOT_REGULAR = 'ENOTREG';

/** Why a file could not be read, for a message: the system's name for it, or what it is not. */
export function unreadableReason(code: string): string {
  return code === NOT_REGULAR ? 'it is not a regular file' : code;
}

/**
 * A regular file's bytes as one open descriptor shows them. Undefined if it has more than `limit`.
 * Takes at most twice the memory of the bytes read. What is opened is what was looked at, and
 * opening does not wait.
 *
 * Rejects with the system's error, EISDIR for a folder, or with an error of code `NOT_REGULAR`.
 */
export async function readFileUpTo(path: string, limit: number): Promise<Buffer | undefined> {
  const file = await open(path, OPEN_FLAGS);
  try {
    const stats = await file.stat();
    if (!stats.isFile() && !stats.isDirectory()) {
      throw notRegular(path);
    }
    const full: Buffer[] = [];
    let chunk = Buffer.allocUnsafe(CHUNK_LENGTH);
    let filled = 0;
    let total = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, filled, chunk.length - filled);
      if (bytesRead === 0) {
        return Buffer.concat([...full, chunk.subarray(0, filled)], total);
      }
      total += bytesRead;
      if (total > limit) {
        return undefined;
      }
      filled += bytesRead;
      if (filled === chunk.length) {
        full.push(chunk);
        chunk = Buffer.allocUnsafe(CHUNK_LENGTH);
        filled = 0;
      }
    }
  } finally {
    await file.close();
  }
}
