/** A pool of connections to one server. */
import type { Command } from '../arguments/command.js';
import type { Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import type { CallOptions, ClientOptions, RunOptions } from '../client-options.js';
import type { BackendName } from '../open/load-backend.js';
import type { RemctlRun } from '../run/remctl-run.js';

/** The options of `createPool`. */
export type PoolOptions = ClientOptions & {
  /** Connections at most: 1 or more. The default is 4. */
  readonly max?: number | undefined;
  /** Commands that may wait for a connection. One more rejects with RemctlPoolFullError. The default is 1,000. */
  readonly maxWaiting?: number | undefined;
  /** Seconds after which a connection without a command is closed; 0 keeps it. The default is 60. */
  readonly idleTimeout?: number | undefined;
  /**
   * Seconds between two NOOPs on a connection without a command; 0, the default, sends none. Where the server
   * has no protocol 3, the connection is closed instead, and opened again for the next command.
   */
  readonly keepAlive?: number | undefined;
  /** Called when a connection is open. */
  readonly onOpen?: (() => void) | undefined;
  /** Called when a connection was lost. */
  readonly onLost?: ((error: unknown) => void) | undefined;
};

/** What a pool has at this moment. */
export interface PoolMetrics {
  /** Connections that are open, with a command or without. */
  readonly open: number;
  /** Connections that carry a command, or are being opened for one. */
  readonly busy: number;
  /** Commands that wait for a connection. */
  readonly waiting: number;
}

/** Connections that take commands in turn. */
export interface Pool {
  readonly metrics: PoolMetrics;
  /**
   * Runs a command on the first connection that is free, in the order of the calls. Its answer is used as that
   * of `Remctl.run()`. A command is never sent twice.
   */
  run(command: Command, options?: RunOptions): RemctlRun;
  /**
   * Takes no further command, waits for those that were taken, and closes the connections. An abort ends them
   * at once.
   */
  close(options?: CallOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a pool and connects nothing. Throws the errors of `createClient`. */
export async function createPool(
  _backend: BackendName | Backend | undefined,
  _target: Target,
  _options: PoolOptions = {},
): Promise<Pool> {
  throw new Error('createPool is not there yet');
}
