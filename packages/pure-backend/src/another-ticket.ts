/** A second attempt to connect, where the server refused a ticket that was kept from before. */
import type { Backend } from '@remctl/core';
import { ServiceTicketRefused } from '@remctl/krb5';

/**
 * `connect`, and once more where the server has another key than the ticket at hand was made for:
 * the mechanism takes another ticket then. Nothing of a command has been sent. Both attempts
 * together take the time of one.
 */
export function withAnotherTicket(connect: Backend['connect']): Backend['connect'] {
  return async (options) => {
    const started = performance.now();
    try {
      return await connect(options);
    } catch (error) {
      if (!(error instanceof Error && error.cause instanceof ServiceTicketRefused)) {
        throw error;
      }
      options.signal.throwIfAborted();
      const spent = Math.ceil(performance.now() - started);
      const { timeoutMs, negotiateMs } = options;
      if (spent >= negotiateMs || (timeoutMs > 0 && spent >= timeoutMs)) {
        throw error;
      }
      return connect({
        ...options,
        timeoutMs: timeoutMs > 0 ? timeoutMs - spent : 0,
        negotiateMs: negotiateMs - spent,
      });
    }
  };
}
