/** The file descriptors of this process. */
import { readdirSync } from 'node:fs';
import { vi } from 'vitest';

/** Counts the open file descriptors of this process. */
export const countDescriptors = () => readdirSync('/proc/self/fd').length;

/** Waits until this process has at most `count` file descriptors. */
export async function waitForDescriptors(count: number): Promise<void> {
  await vi.waitUntil(() => countDescriptors() <= count);
}
