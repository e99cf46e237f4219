/** The most memory that this process has taken so far. */
import { readFileSync } from 'node:fs';

const KIB = 1024;

/** The highest values since the process began, in bytes. */
export interface MemoryPeak {
  /** The most memory in use at once. */
  readonly inUse: number;
  /** The most address space, which includes memory that was never touched. Undefined except on Linux. */
  readonly reserved: number | undefined;
}

/** Returns the peaks of this process. */
export function memoryPeak(): MemoryPeak {
  const inUse = process.resourceUsage().maxRSS * KIB;
  if (process.platform !== 'linux') {
    return { inUse, reserved: undefined };
  }
  const [, size] = /^VmPeak:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { inUse, reserved: Number(size) * KIB };
}
