/** Runs one command on many hosts. */
import type { Command } from '../arguments/command.js';
import type { Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import type { CallOptions, ClientOptions } from '../client-options.js';
import type { BackendName } from '../open/load-backend.js';
import type { OutputToken } from '../tokens.js';
import type { HostResult } from './host-result.js';

/** The default of `parallel`. */
export const DEFAULT_PARALLEL = 32;

/** The options of `runOnHosts`. */
export type RunOnHostsOptions = ClientOptions &
  CallOptions &
  Omit<Target, 'host'> & {
    /** As for `createClient`. */
    readonly backend?: BackendName | Backend | undefined;
    /** Hosts that are worked on at the same time: 1 or more. The default is 32. */
    readonly parallel?: number | undefined;
    /** Whether no further host is begun after one has failed or ended with a status other than 0. */
    readonly failFast?: boolean | undefined;
    /** Tries after the first, while nothing was sent. The default is 0. */
    readonly retryUnsent?: number | undefined;
    /** Called when a host is begun. */
    readonly onBegin?: ((host: string) => void) | undefined;
    /**
     * Called with each piece of output as it arrives. The host waits for a promise that it returns. With it,
     * results have no output.
     */
    readonly onOutput?: ((host: string, token: OutputToken) => void | Promise<void>) | undefined;
  };

/**
 * Runs the command on each host, and gives the results as they come: each host has exactly one. After an
 * abort, the hosts that are under way and those that were not begun still have theirs; then the iteration
 * rejects with the signal's reason.
 */
export function runOnHosts(
  _hosts: Iterable<string | Target>,
  _command: Command,
  _options: RunOnHostsOptions = {},
): AsyncGenerator<HostResult, void, undefined> {
  throw new Error('runOnHosts is not there yet');
}
