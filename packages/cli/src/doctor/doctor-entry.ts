/** A check of each step to a server. */
import type { DoctorMode } from '../options/options.js';

/** Prints each step and returns the exit status: 0 if no step failed. */
export async function runDoctor(_mode: DoctorMode): Promise<number> {
  throw new Error('--doctor is not there yet');
}
