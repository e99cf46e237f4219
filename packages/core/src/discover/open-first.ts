/** Opens the first of several servers that can be opened. */
import { kindOf } from '../arguments/checks.js';
import { checkCallback, checkSignal } from '../arguments/limits.js';
import { checkTargetAlone, type Target } from '../arguments/target.js';
import { numberOf, type Remctl } from '../client.js';
import type { CallOptions } from '../client-options.js';
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '../errors.js';
import { tellRetry } from '../events/tell.js';
import {
  FOR_THE_CLIENT,
  namesOf,
  optionNames,
  TARGET_OPTIONS,
} from '../option-names/known-options.js';

/** Options of `openFirst`. */
export type OpenFirstOptions = CallOptions & {
  /** Called for each server that could not be opened, if another is tried after it. */
  readonly onFailed?: ((target: Target, error: unknown) => void) | undefined;
};

const OPEN_FIRST_OPTIONS = optionNames(
  namesOf<OpenFirstOptions>({ onFailed: true, signal: true }),
  { elsewhere: [FOR_THE_CLIENT] },
);

/** A failure after which the next server may do better. */
type ServerFailure =
  | RemctlNetworkError
  | RemctlTimeoutError
  | RemctlAuthenticationError
  | RemctlInvalidTokenError;

function isOfServer(error: unknown): error is ServerFailure {
  return [
    RemctlNetworkError,
    RemctlTimeoutError,
    RemctlAuthenticationError,
    RemctlInvalidTokenError,
  ].some((each) => error instanceof each);
}

/** Returns the last failure again, with all failures in its cause. */
function withAll(last: ServerFailure, all: readonly ServerFailure[]): ServerFailure {
  const { message } = last;
  const cause = new AggregateError(all, `none of ${all.length} servers could be opened`);
  if (last instanceof RemctlNetworkError) {
    return new RemctlNetworkError(message, last, { cause });
  }
  if (last instanceof RemctlTimeoutError) {
    return new RemctlTimeoutError(message, last, { cause });
  }
  return last instanceof RemctlAuthenticationError
    ? new RemctlAuthenticationError(message, { code: last.code, cause })
    : new RemctlInvalidTokenError(message, { cause });
}

function listOf(targets: unknown): Target[] {
  if (typeof targets !== 'object' || targets === null || !(Symbol.iterator in targets)) {
    throw new TypeError(`targets must be an iterable of targets, not ${kindOf(targets)}`);
  }
  const list = [...(targets as Iterable<Target>)];
  if (list.length === 0) {
    throw new RangeError('targets must not be empty');
  }
  for (const [index, target] of list.entries()) {
    checkTargetAlone(`targets[${index}]`, target, TARGET_OPTIONS);
  }
  return list;
}

/**
 * Opens the client on the first target that opens, and returns that target. Opening sends nothing of a command.
 *
 * The next target is tried after a RemctlNetworkError, RemctlTimeoutError or RemctlInvalidTokenError, and after a
 * RemctlAuthenticationError: it may be that of one server, whose principal or clock is wrong. Without a ticket each
 * server is tried, and each fails alike. Set the client's time-out: a silent server holds up the others for so long.
 *
 * Throws the last target's failure; after several failures its `cause` is an AggregateError of all, in their order.
 * Throws TypeError and RangeError for a wrong target or an empty list before any is opened. Throws the signal's reason
 * and the other errors of `Remctl.open()` at once.
 */
export async function openFirst(
  client: Remctl,
  targets: Iterable<Target>,
  options: OpenFirstOptions = {},
): Promise<Target> {
  const signal = checkSignal('openFirst()', options, OPEN_FIRST_OPTIONS);
  checkCallback('onFailed', options.onFailed);
  const list = listOf(targets);
  const failures: ServerFailure[] = [];
  for (const target of list) {
    try {
      await client.open({ ...target, signal });
      return target;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isOfServer(error) || list.length === 1) {
        throw error;
      }
      failures.push(error);
      if (failures.length < list.length) {
        tellRetry(() => ({
          client: numberOf(client),
          backend: client.backend,
          host: target.host,
          because: 'next-server',
          error,
          pauseMs: 0,
        }));
        options.onFailed?.(target, error);
      }
    }
  }
  throw withAll(failures.at(-1) as ServerFailure, failures);
}
