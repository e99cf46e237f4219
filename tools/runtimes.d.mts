/** Types of runtimes.mjs. */

export interface Runtime {
  readonly id: string;
  /** For people, such as `Node 26.12.1`. */
  readonly title: string;
  readonly version: string;
}

/** The runtimes that the pure backend is tried on. */
export const RUNTIMES: readonly Runtime[];

/** The ids of the runtimes that `npm test` tries. */
export const IN_TESTS: readonly string[];

/** Returns the command that runs a program on the runtime: its binary and the arguments before the program. */
export function commandOf(id: string): [string, ...string[]];

/** Installs runtimes into .tools/runtimes. Returns false, and says why, if it cannot. */
export function installRuntimes(ids: readonly string[]): boolean;
