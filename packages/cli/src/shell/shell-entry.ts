/** A session on one connection. */
import type { ShellMode } from '../options/options.js';

/** Runs the session and returns the exit status. */
export async function runShell(_mode: ShellMode): Promise<number> {
  throw new Error('--shell is not there yet');
}
