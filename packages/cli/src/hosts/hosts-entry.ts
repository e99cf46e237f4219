/** One command on several hosts. */
import type { HostsMode } from '../options/options.js';

/** Runs the command on each host and returns the exit status: 0 if every host ended with status 0. */
export async function runHosts(_mode: HostsMode): Promise<number> {
  throw new Error('--hosts is not there yet');
}
