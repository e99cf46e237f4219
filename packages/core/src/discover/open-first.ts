/** Opens the first of several servers that can be opened. */
import { checkCallback, checkSignal } from '../arguments/limits.js';
import type { Target } from '../arguments/target.js';
import type { Remctl } from '../client.js';
import type { CallOptions } from '../client-options.js';
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '../errors.js';

/** Options of `openFirst`. */
export type OpenFirstOptions = CallOptions & {
  /** Called for each server that could not be opened, if another is tried after it. */
  readonly onFailed?: ((target: Target, error: unknown) => void) | undefined;
};

/** Whether the failure is that of one server: the next one may do better. */
function isOfServer(error: unknown): boolean {
  return [
    RemctlNetworkError,
    RemctlTimeoutError,
    RemctlAuthenticationError,
    RemctlInvalidTokenError,
  ].some((each) => error instanceof each);
}

/**
 * Opens the client on the first target that opens, and returns that target. Opening sends nothing of a command. The
 * next target is tried after a RemctlNetworkError, RemctlTimeoutError, RemctlAuthenticationError or
 * RemctlInvalidTokenError.
 *
 * Throws the last target's failure, RangeError if there is no target, and the other errors of `Remctl.open()` at once.
 */
export async function openFirst(
  client: Remctl,
  targets: Iterable<Target>,
  options: OpenFirstOptions = {},
): Promise<Target> {
  const signal = checkSignal(options);
  checkCallback('onFailed', options.onFailed);
  const [first, ...others] = targets;
  if (first === undefined) {
    throw new RangeError('targets must not be empty');
  }
  let target = first;
  for (;;) {
    try {
      await client.open({ ...target, signal });
      return target;
    } catch (error) {
      signal?.throwIfAborted();
      const next = others.shift();
      if (next === undefined || !isOfServer(error)) {
        throw error;
      }
      options.onFailed?.(target, error);
      target = next;
    }
  }
}
