/** The scripted backend: opens that succeed or fail as told. */
import { inspect } from 'node:util';
import { kindOf } from '../arguments/checks.js';
import type { Backend, ConnectionDetails, ConnectOptions } from '../backend.js';
import { connectionBroken, negotiationTimedOut } from '../failures.js';
import { checkOptionNames } from '../option-names/check-option-names.js';
import { whenAborted } from '../when-aborted.js';
import type { Script } from './answer.js';
import { boundedWait } from './bounded-wait.js';
import { type Fault, happen, isFault } from './fault.js';
import {
  type DroppableConnection,
  type Protocol,
  scriptedConnection,
} from './scripted-connection.js';

/** What happens to an open: a fault, or a function that gives or throws it. `undefined` succeeds. */
export type ScriptedOpen =
  | Fault
  | undefined
  | ((connection: ConnectOptions) => Fault | undefined | Promise<Fault | undefined>);

export interface ScriptedBackendOptions {
  /**
   * What happens to every open; with an array to the first, the second and so on, and later ones succeed. One
   * `open()` counts as one, however often core tries it (the legacy port, a dropped open).
   *
   * `silence` is a server that does not authenticate itself: it lasts for the time-out, or a minute without
   * one. Core tries a dropped open 8 times, in about 1.5 s.
   */
  readonly open?: ScriptedOpen | readonly ScriptedOpen[] | undefined;
  /** What happens to every NOOP. By default protocol 3 answers it. */
  readonly noop?: Fault | undefined;
  /** The server's protocol. 3 by default. 2 has no NOOP; 1 has one command a connection besides. */
  readonly protocol?: Protocol | undefined;
  /** What `client.connection` says of every connection, beside protocol and port. */
  readonly details?: ConnectionDetails | undefined;
}

export interface ScriptedBackend extends Backend {
  /**
   * The server ends every open connection. A call that waits rejects with RemctlNetworkError, and so does the
   * next call of an idle client, whose command is `not-sent`.
   */
  drop(): void;
}

const OPTIONS: readonly string[] = [
  'open',
  'noop',
  'protocol',
  'details',
] satisfies (keyof ScriptedBackendOptions)[];
const PROTOCOLS: readonly unknown[] = [1, 2, 3] satisfies Protocol[];

/**
 * Makes a backend whose commands `script` answers. Core does the rest, as for every backend: checks, state,
 * errors, time-outs, abort.
 *
 * Throws TypeError for a script that is no function and an option that does not exist, RangeError for an unknown
 * protocol. A script's value that is neither an answer nor a fault is a
 * TypeError of the call.
 *
 * @example
 * const backend = scriptedBackend(() => ({ stdout: "hello\n", status: 0 }));
 * const client = await createClient(backend, { host: 'anywhere' });
 */
export function scriptedBackend(
  script: Script,
  options: ScriptedBackendOptions = {},
): ScriptedBackend {
  if (typeof script !== 'function') {
    throw new TypeError(
      `the script must be a function that returns an answer, not ${kindOf(script)}`,
    );
  }
  checkOptionNames('scriptedBackend()', options, { known: OPTIONS });
  const { open, noop, protocol = 3, details } = options;
  if (!PROTOCOLS.includes(protocol)) {
    throw new RangeError(`protocol must be 1, 2 or 3, not ${String(protocol)}`);
  }
  const nextOpen = openSteps(open);
  const connections = new Set<DroppableConnection>();
  return {
    name: 'scripted',
    async connect(to) {
      await tryOpen(nextOpen(to.signal), to);
      const connection = scriptedConnection(to, {
        script,
        protocol,
        details,
        noop,
        onEnd: () => connections.delete(connection),
      });
      connections.add(connection);
      return connection;
    },
    drop() {
      for (const connection of [...connections]) {
        connection.drop();
      }
    },
  };
}

/** Returns what gives the step of an open. Core gives all tries of one open the same signal. */
function openSteps(open: ScriptedBackendOptions['open']): (signal: AbortSignal) => ScriptedOpen {
  if (!isList(open)) {
    return () => open;
  }
  const left = [...open];
  const known = new WeakMap<AbortSignal, { readonly step: ScriptedOpen }>();
  return (signal) => {
    const { step } = known.get(signal) ?? { step: left.shift() };
    known.set(signal, { step });
    return step;
  };
}

function isList(open: ScriptedBackendOptions['open']): open is readonly ScriptedOpen[] {
  return Array.isArray(open);
}

/** Takes an open's step, within the time for a negotiation and until its signal aborts. */
async function tryOpen(step: ScriptedOpen, to: ConnectOptions): Promise<void> {
  const { signal, negotiateMs } = to;
  const wait = boundedWait();
  const unwatch = whenAborted(signal, () => wait.end(signal.reason));
  try {
    signal.throwIfAborted();
    await wait.for(faultOfOpen(step, to), negotiateMs, () =>
      negotiationTimedOut(to, negotiateMs, { awaited: 'server', received: 0 }),
    );
  } finally {
    unwatch();
  }
}

async function faultOfOpen(step: ScriptedOpen, to: ConnectOptions): Promise<void> {
  const fault = typeof step === 'function' ? await step(to) : step;
  if (fault === undefined) {
    return;
  }
  if (!isFault(fault)) {
    throw new TypeError(
      `an open must be 'silence', 'drop', an Error or undefined, not ${inspect(fault)}`,
    );
  }
  await happen(fault, () => connectionBroken(to, 'negotiate'));
}
