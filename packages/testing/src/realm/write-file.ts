/** Writes files that others may be reading. */
import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';

/** A keytab or a cache is its owner's alone. */
const PRIVATE = 0o600;

/**
 * Puts a file in its place at once, with mode 0600: a reader sees the old bytes or the new ones, and a new
 * file by its number.
 */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  await writeFile(beside, bytes, { mode: PRIVATE });
  await rename(beside, path);
}
