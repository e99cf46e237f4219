/** Runs one command on many hosts. */
import { checkFlag, kindOf } from '../arguments/checks.js';
import { checkClientOptions } from '../arguments/client-options.js';
import { type Command, encodeCommand } from '../arguments/command.js';
import { checkCallback, checkCount, checkSignal } from '../arguments/limits.js';
import { checkTarget, type Target } from '../arguments/target.js';
import type { Backend } from '../backend.js';
import type { CallOptions, ClientOptions } from '../client-options.js';
import { RemctlError } from '../errors.js';
import { type BackendName, loadBackend } from '../open/load-backend.js';
import { checkOptionNames } from '../option-names/check-option-names.js';
import {
  CALL,
  CLIENT,
  clientOptionsOf,
  namesOf,
  optionNames,
  TARGET,
  TARGET_OPTIONS,
} from '../option-names/known-options.js';
import type { OutputToken } from '../tokens.js';
import { whenAborted } from '../when-aborted.js';
import type { HostResult } from './host-result.js';
import { type HostPlan, runOnHost } from './run-on-host.js';

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
    /**
     * Tries after the first, while nothing was sent and the failure may pass: a RemctlNetworkError or a
     * RemctlTimeoutError. The pauses grow up to 5 s. The default is 0.
     */
    readonly retryUnsent?: number | undefined;
    /** Called when a host is begun. */
    readonly onBegin?: ((host: string) => void) | undefined;
    /**
     * Called with each piece of output as it arrives. The host waits for a promise that it returns. With it,
     * results have no output.
     */
    readonly onOutput?: ((host: string, token: OutputToken) => void | Promise<void>) | undefined;
  };

const RUN_ON_HOSTS_OPTIONS = optionNames(
  [
    ...namesOf<Omit<RunOnHostsOptions, keyof (ClientOptions & CallOptions & Target)>>({
      backend: true,
      parallel: true,
      failFast: true,
      retryUnsent: true,
      onBegin: true,
      onOutput: true,
    }),
    ...TARGET.filter((name) => name !== 'host'),
    ...CLIENT,
    ...CALL,
  ],
  {
    elsewhere: [
      { names: ['host', 'hosts'], advice: "the hosts are runOnHosts()'s first argument" },
      { names: ['command'], advice: "it is runOnHosts()'s second argument" },
    ],
  },
);

/** Whether a host's failure keeps others from being begun. */
const isFailure = (result: HostResult) => result.type !== 'finished' || result.status !== 0;

function targetsOf(hosts: unknown, { port, principal, canonicalize }: RunOnHostsOptions): Target[] {
  if (typeof hosts !== 'object' || hosts === null || !(Symbol.iterator in hosts)) {
    throw new TypeError(
      `hosts must be an iterable of names or targets, not ${kindOf(hosts)}: expandHosts() makes one of a text`,
    );
  }
  const shared = { port, principal, canonicalize };
  return Array.from(hosts as Iterable<unknown>, (host, index) => {
    if (typeof host !== 'string' && (typeof host !== 'object' || host === null)) {
      throw new TypeError(`hosts[${index}] must be a name or a target, not ${kindOf(host)}`);
    }
    if (typeof host === 'string') {
      return checkTarget({ ...shared, host });
    }
    checkOptionNames(`hosts[${index}]`, host, TARGET_OPTIONS);
    // What a target leaves undefined is the same for all hosts.
    const own = Object.entries(host).filter(([, value]) => value !== undefined);
    return checkTarget({ ...shared, ...(Object.fromEntries(own) as unknown as Target) });
  });
}

/**
 * Runs the command on each host, and gives the results as they come. Each host has exactly one result, a failure
 * too. A command is never sent twice to a host.
 *
 * Nothing begins before the first result is asked for. At most `parallel` hosts are under way or have a result that
 * nobody has taken. Leaving the loop ends the hosts that are under way: their commands may still be running.
 *
 * After an abort, the hosts that were under way are `failed` with the signal's reason, and those that were not begun
 * are `not-begun`. Once each has its result the iteration rejects with the signal's reason.
 *
 * Throws TypeError and RangeError for the arguments at once. The iteration rejects with the errors of
 * `createClient`, the signal's reason, and what a callback throws.
 *
 * @example
 * for await (const result of runOnHosts(expandHosts('web[01-20].example.org'), ['uptime'])) {
 *   console.log(result.host, result.type);
 * }
 */
export function runOnHosts(
  hosts: Iterable<string | Target>,
  command: Command,
  options: RunOnHostsOptions = {},
): AsyncGenerator<HostResult, void, undefined> {
  const signal = checkSignal('runOnHosts()', options, RUN_ON_HOSTS_OPTIONS);
  checkClientOptions(options);
  const { onBegin, onOutput } = options;
  checkCallback('onBegin', onBegin);
  checkCallback('onOutput', onOutput);
  const plan = {
    command: encodeCommand(command),
    clientOptions: clientOptionsOf(options),
    retryUnsent: checkCount('retryUnsent', options.retryUnsent ?? 0, 0),
    onBegin,
    onOutput,
  };
  const ended = new AbortController();
  const generator = results(targetsOf(hosts, options), plan, {
    backend: options.backend,
    parallel: checkCount('parallel', options.parallel ?? DEFAULT_PARALLEL, 1),
    failFast: checkFlag('failFast', options.failFast),
    signal,
    ended,
  });
  return leavable(generator, () => ended.abort(new RemctlError(LEFT)));
}

const LEFT = 'the loop over the results was left';

/** Calls `leave` at once for return() and throw(): a generator would first wait for the next result. */
function leavable<T>(
  generator: AsyncGenerator<T, void, undefined>,
  leave: () => void,
): AsyncGenerator<T, void, undefined> {
  const end = () => {
    leave();
    return generator.return();
  };
  return {
    next: () => generator.next(),
    return: end,
    throw(error) {
      leave();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

interface Bounds {
  readonly backend: BackendName | Backend | undefined;
  readonly parallel: number;
  readonly failFast: boolean;
  readonly signal: AbortSignal | undefined;
  /** Ends the hosts that are under way. */
  readonly ended: AbortController;
}

async function* results(
  targets: readonly Target[],
  plan: Omit<HostPlan, 'backend' | 'signal'>,
  { backend, parallel, failFast, signal, ended }: Bounds,
): AsyncGenerator<HostResult, void, undefined> {
  const unwatch = whenAborted(signal, () => ended.abort(signal?.reason));
  if (signal?.aborted) {
    ended.abort(signal.reason);
  }
  const ready: HostResult[] = [];
  let underWay = 0;
  let begun = 0;
  let halted = false;
  let fault: { readonly reason: unknown } | undefined;
  let wake: () => void = () => undefined;

  const work = async (target: Target, host: HostPlan) => {
    try {
      const result = await runOnHost(target, host);
      halted ||= failFast && isFailure(result);
      ready.push(result);
    } catch (reason) {
      // A callback has thrown.
      fault ??= { reason };
      ended.abort(reason);
    }
    underWay -= 1;
    wake();
  };

  try {
    const loaded = await loadBackend(backend);
    checkClientOptions(plan.clientOptions, loaded);
    const host: HostPlan = { ...plan, backend: loaded, signal: ended.signal };
    for (;;) {
      while (
        begun < targets.length &&
        !halted &&
        !ended.signal.aborted &&
        underWay + ready.length < parallel
      ) {
        const target = targets[begun];
        begun += 1;
        underWay += 1;
        void work(target as Target, host);
      }
      if (fault !== undefined) {
        throw fault.reason;
      }
      const result = ready.shift();
      if (result !== undefined) {
        yield result;
      } else if (underWay > 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        break;
      }
    }
    for (const { host: name } of targets.slice(begun)) {
      yield { type: 'not-begun', host: name };
    }
    signal?.throwIfAborted();
  } finally {
    unwatch();
    ended.abort(new RemctlError(LEFT));
  }
}
