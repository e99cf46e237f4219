import { readdirSync, readFileSync } from 'node:fs';

/** This process's open descriptors. */
export const descriptors = () => readdirSync('/proc/self/fd').length;

/** This process's threads. */
export const threads = () => readdirSync('/proc/self/task').length;

/** This process's resident memory in bytes. */
export function residentMemory(): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}
