import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** This process's open descriptors. */
export const descriptors = () => readdirSync('/proc/self/fd').length;

/** This process's threads. */
export const threads = () => readdirSync('/proc/self/task').length;

/** This process's resident memory in bytes. */
export function residentMemory(): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

/** Frees what JavaScript no longer holds, so that what is measured is what is kept. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
