/** Reads small files of untrusted size. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';

/**
 * Returns a system error's code: `ENOENT`, `EACCES`, `EISDIR` and so on; undefined for other
 * errors.
 */
export function systemErrorCode(error: unknown): string | undefined {
  return isNativeError(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const CHUNK_LENGTH = 65_536;

/**
 * O_NONBLOCK, because open() of a FIFO waits until somebody writes to it: perhaps for ever, on a
 * thread that the whole process shares. Any user can make a FIFO in /tmp. A system without one of
 * these flags does not have the danger that the flag guards against.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Makes the error for a FIFO, a socket or a device. */
function notRegular(path: string): Error {
  return Object.assign(new Error(`${path} is not a regular file`), { code: NOT_REGULAR });
}

/** The `code` of the error for a FIFO, a socket or a device. */
export const NOT_REGULAR = 'ENOTREG';

/**
 * Returns the reason for a message that a file could not be read: the system's name for it, or a
 * sentence.
 */
export function unreadableReason(code: string): string {
  return code === NOT_REGULAR ? 'it is not a regular file' : code;
}

/**
 * Returns a regular file's bytes; undefined if it has more than `limit`. Opening the file does not
 * wait, and the checked file is the one that is read: both use one descriptor. Takes at most twice
 * the memory of the bytes read.
 *
 * Throws the system's error if the file cannot be read (EISDIR for a directory), and an error with
 * code `NOT_REGULAR` for a FIFO, a socket or a device.
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
