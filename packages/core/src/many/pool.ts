/** A pool of connections to one server. */
import { checkCallersOptions, checkClientOptions } from '../arguments/client-options.js';
import { type Command, encodeCommand } from '../arguments/command.js';
import {
  checkCallback,
  checkCount,
  checkMaxOutput,
  checkSignal,
  checkTimeout,
} from '../arguments/limits.js';
import { checkTargetAlone, type Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import {
  type CallOptions,
  type ClientOptions,
  DEFAULT_MAX_OUTPUT,
  type RunOptions,
} from '../client-options.js';
import { inspectsAs } from '../inspects-as.js';
import { type BackendName, loadBackend } from '../open/load-backend.js';
import {
  CALL,
  CALL_OPTIONS,
  CLIENT,
  clientOptionsOf,
  namesOf,
  optionNames,
  RUN_OPTIONS,
  TARGET,
  TARGET_OPTIONS,
} from '../option-names/known-options.js';
import { RemctlRun } from '../run/remctl-run.js';
import { createPoolConnections, type PoolMetrics } from './pool-connections.js';

export type { PoolMetrics } from './pool-connections.js';

/** Connections at most, if the caller does not say. */
const DEFAULT_MAX = 4;
const DEFAULT_MAX_WAITING = 1000;
const DEFAULT_IDLE_TIMEOUT_S = 60;

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
  /** Called when a connection was lost: the server ended it, or it broke. */
  readonly onLost?: ((error: unknown) => void) | undefined;
};

const POOL_OPTIONS = optionNames(
  [
    ...namesOf<Omit<PoolOptions, keyof ClientOptions>>({
      max: true,
      maxWaiting: true,
      idleTimeout: true,
      keepAlive: true,
      onOpen: true,
      onLost: true,
    }),
    ...CLIENT,
  ],
  {
    elsewhere: [
      { names: TARGET, advice: "give it in the target, createPool()'s second argument" },
      { names: ['backend'], advice: "it is createPool()'s first argument" },
      { names: CALL, advice: 'give it to each run()' },
    ],
  },
);

/** Connections that take commands in turn. */
export interface Pool {
  readonly metrics: PoolMetrics;
  /**
   * Opens a connection if the pool has none and opens none, so that a failure is known before the first command. Needs no call:
   * `run()` opens what it needs.
   *
   * Throws the errors of `Remctl.open()`.
   */
  open(options?: CallOptions): Promise<void>;
  /**
   * Runs a command on the first connection that is free, in the order of the calls. Its answer is used as that
   * of `Remctl.run()`. Read it: a run holds its connection until its answer was read to its end, was left, or is
   * held by nobody any more.
   *
   * A command is sent once at most. If a connection turns out to be dead before anything was sent, the
   * command goes out on a new one.
   *
   * If a connection cannot be opened, its command rejects with the failure. If the pool then has no connection at
   * all, every command that waits rejects with it too: each would meet the same. The next command tries to open
   * one again. If the pool has another connection, commands wait for it, and once a second the first of them
   * tries to open one more.
   *
   * Throws TypeError and RangeError for the arguments. The consumer of the answer gets all other errors: those of
   * `Remctl.open()` and `Remctl.run()`, RemctlPoolFullError, RemctlNotOpenedError after `close()`.
   */
  run(command: Command, options?: RunOptions): RemctlRun;
  /**
   * Takes no further command, waits for those that were taken, also those that wait, and closes the connections.
   *
   * Rejects with the signal's reason once the signal has ended all of them. Never rejects without a signal.
   */
  close(options?: CallOptions): Promise<void>;
  /** `await using` ends all commands at once and closes the connections. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a pool of connections to one server, and connects nothing yet. Idle connections do not keep the process
 * alive.
 *
 * Throws TypeError and RangeError for the arguments, and the errors of `createClient`.
 *
 * @example
 * const pool = await createPool('pure', { host: 'server.example.org' }, { max: 8 });
 * const { stdout } = await pool.run(['account', 'show', 'jdoe']).text();
 * await pool.close();
 */
export async function createPool(
  backend: BackendName | Backend | undefined,
  target: Target,
  options: PoolOptions = {},
): Promise<Pool> {
  checkCallersOptions('createPool()', options, POOL_OPTIONS);
  const { onOpen, onLost } = options;
  checkCallback('onOpen', onOpen);
  checkCallback('onLost', onLost);
  const checkedTarget = checkTargetAlone("createPool()'s target", target, TARGET_OPTIONS);
  const maxOutput = checkMaxOutput(options.maxOutput ?? DEFAULT_MAX_OUTPUT);
  const settings = {
    max: checkCount('max', options.max ?? DEFAULT_MAX, 1),
    maxWaiting: checkCount('maxWaiting', options.maxWaiting ?? DEFAULT_MAX_WAITING, 0),
    idleTimeoutMs: checkTimeout(options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT_S, 'idleTimeout'),
    keepAliveMs: checkTimeout(options.keepAlive ?? 0, 'keepAlive'),
    onOpen,
    onLost,
  };
  const loaded = await loadBackend(backend);
  checkClientOptions(options, loaded);
  const connections = createPoolConnections(
    { backend: loaded, target: checkedTarget, clientOptions: clientOptionsOf(options) },
    settings,
  );
  let isClosed = false;
  const pool: Pool = {
    get metrics() {
      return connections.metrics();
    },
    async open(openOptions = {}) {
      await connections.open(checkSignal('open()', openOptions, CALL_OPTIONS));
    },
    run(command, runOptions = {}) {
      const encoded = encodeCommand(command);
      const signal = checkSignal('run()', runOptions, RUN_OPTIONS);
      const runMaxOutput = checkMaxOutput(runOptions.maxOutput ?? maxOutput);
      const job = connections.take(encoded, signal);
      const run = new RemctlRun(job.sent, { signal, maxOutput: runMaxOutput }, job.source);
      job.heldBy(run);
      return run;
    },
    async close(closeOptions = {}) {
      const signal = checkSignal('close()', closeOptions, CALL_OPTIONS);
      isClosed = true;
      await connections.close(signal);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await connections.end();
    },
  };
  inspectsAs(pool, 'Pool', ({ metrics }) => ({
    backend: loaded.name,
    state: isClosed ? 'closed' : 'open',
    host: checkedTarget.host,
    port: checkedTarget.port,
    max: settings.max,
    ...metrics,
  }));
  return pool;
}
