/** Connects once more if the server refused a ticket from before. */
import { isNativeError } from 'node:util/types';
import type { Backend } from '@remctl/core';

/**
 * Returns `connect` with a second attempt, for an error whose cause `mayRetry` accepts: the server has
 * another key than the ticket at hand was made for, and the mechanism takes another ticket next time. Nothing
 * of a command has been sent by then. Both attempts together have the time of one.
 */
export function withAnotherTicket(
  connect: Backend['connect'],
  mayRetry: (cause: unknown) => boolean,
): Backend['connect'] {
  return async (options) => {
    const started = performance.now();
    try {
      return await connect(options);
    } catch (error) {
      if (!(isNativeError(error) && mayRetry(error.cause))) {
        throw error;
      }
      options.signal.throwIfAborted();
      const spent = Math.ceil(performance.now() - started);
      const { timeoutMs, negotiateMs, observer } = options;
      if (spent >= negotiateMs || (timeoutMs > 0 && spent >= timeoutMs)) {
        throw error;
      }
      observer?.onNewTicket(error);
      return connect({
        ...options,
        timeoutMs: timeoutMs > 0 ? timeoutMs - spent : 0,
        negotiateMs: negotiateMs - spent,
      });
    }
  };
}
