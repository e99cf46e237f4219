/** Reading of small files whose size is not to be trusted. */
import { open } from 'node:fs/promises';

/** What the system said of a file: `ENOENT`, `EACCES`, `EISDIR` and so on; undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/**
 * A file's bytes as one open descriptor shows them. Undefined where it has more than `limit`. Rejects
 * with the system's error.
 */
export async function readFileUpTo(path: string, limit: number): Promise<Buffer | undefined> {
  const file = await open(path, 'r');
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(65_536) });
      if (bytesRead === 0) {
        return Buffer.concat(chunks, total);
      }
      total += bytesRead;
      if (total > limit) {
        return undefined;
      }
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
