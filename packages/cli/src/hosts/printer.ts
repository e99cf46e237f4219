/** What a way to print the hosts' answers does. */
import type { HostResult, OutputToken } from '@remctl/core';

export interface Printer {
  /** Prints output as it arrives. Without it, results have the whole output. */
  readonly output?: (host: string, token: OutputToken) => Promise<void>;
  /**
   * Prints the end of a host. `isAborted` says that the whole run has ended and told why: the host
   * needs no line of its own, unless a program reads it.
   */
  result(result: HostResult, isAborted: boolean): Promise<void>;
}
