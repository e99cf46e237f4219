/** Keeps a folder that takes long to make, so that the next one is a copy. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './system-error.js';

/**
 * Copies the folder `kept` to `target`. If there is no `kept`, makes `target` with `make` and keeps
 * a copy. Several processes may do this at once.
 */
export async function copyKept(
  kept: string,
  target: string,
  make: () => Promise<void>,
): Promise<void> {
  if (existsSync(kept)) {
    await cp(kept, target, { recursive: true });
    return;
  }
  await make();
  await mkdir(dirname(kept), { recursive: true });
  const partial = `${kept}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(target, partial, { recursive: true });
    await rename(partial, kept);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another process may have kept its own meanwhile.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) {
      throw error;
    }
  }
}
