/** The error of a request that no KDC answers. */
import { isNativeError } from 'node:util/types';
import { systemErrorCode } from '../file/read-file.js';

/** A socket fails with these if this process or machine has no descriptor or memory left. */
const EXHAUSTED: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/**
 * No KDC answered. `failures` says for each step what happened. `cause` is the system's error if
 * this machine had no descriptor or memory left: nothing is known of the KDCs then.
 */
export class KdcUnreachable extends Error {
  override readonly name: string = 'KdcUnreachable';
  readonly failures: readonly string[];

  constructor(failures: readonly string[], timedOut: boolean, cause?: Error) {
    super(
      failures.length > 0 ? failures.join('; ') : timedOut ? 'no answer in time' : 'no address',
      cause === undefined ? undefined : { cause },
    );
    this.failures = failures;
  }
}

/** Tells whether an error says that this machine has nothing left to ask with. */
export function isExhaustion(error: unknown): error is Error {
  return isNativeError(error) && EXHAUSTED.has(systemErrorCode(error) ?? '');
}

/** Tells whether nobody answered, so that another request would fare no better. */
export function isSilence(error: unknown): boolean {
  return error instanceof KdcUnreachable && error.cause === undefined;
}
