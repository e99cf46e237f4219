/** How much memory this process has taken at its peak. */
import { readFileSync } from 'node:fs';

const KIB = 1024;

export interface MemoryPeak {
  /** The most that was in use at once, in octets. */
  readonly inUse: number;
  /** The most address space, in octets: what was allocated and never touched counts here. Linux alone. */
  readonly reserved: number | undefined;
}

export function memoryPeak(): MemoryPeak {
  const inUse = process.resourceUsage().maxRSS * KIB;
  if (process.platform !== 'linux') {
    return { inUse, reserved: undefined };
  }
  const [, size] = /^VmPeak:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { inUse, reserved: Number(size) * KIB };
}
