/** Counts what a server's process holds. */
import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds at one moment. */
export interface ServerUsage {
  readonly descriptors: number;
  /** Processes that it has started and that are still there. */
  readonly children: number;
  /** Bytes of resident memory. */
  readonly resident: number;
}

const KIBIBYTE = 1024;

/** Returns what the process `pid` holds now. Throws the system's error if there is none. */
export function usageOf(pid: number): ServerUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    children: children.length,
    resident: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * KIBIBYTE,
  };
}
