/** Opens the first of several servers that can be opened. */
import type { Target } from '../arguments/target.js';
import type { Remctl } from '../client.js';
import type { CallOptions } from '../client-options.js';

/** Options of `openFirst`. */
export type OpenFirstOptions = CallOptions & {
  /** Called for each server that could not be opened, if another is tried after it. */
  readonly onFailed?: ((target: Target, error: unknown) => void) | undefined;
};

/**
 * Opens the client on the first target that opens, and returns that target. Nothing of a command is sent by
 * then. Throws the last failure, with all of them in `cause`.
 */
export async function openFirst(
  _client: Remctl,
  _targets: Iterable<Target>,
  _options: OpenFirstOptions = {},
): Promise<Target> {
  throw new Error('openFirst is not there yet');
}
