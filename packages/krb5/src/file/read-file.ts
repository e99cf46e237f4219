/** Reading of small files whose size is not to be trusted. */
import { open } from 'node:fs/promises';

/** What the system said of a file: `ENOENT`, `EACCES`, `EISDIR` and so on; undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const CHUNK_LENGTH = 65_536;

/**
 * A file's bytes as one open descriptor shows them. Undefined where it has more than `limit`. Takes at
 * most twice the memory of the bytes read, even from a pipe that gives them one at a time. Rejects with
 * the system's error.
 */
export async function readFileUpTo(path: string, limit: number): Promise<Buffer | undefined> {
  const file = await open(path, 'r');
  try {
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
