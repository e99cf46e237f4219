/** Publishes on the plain channels, if somebody listens. */
import { channel } from 'node:diagnostics_channel';
import type { CloseMessage, RetryMessage } from './messages.js';

const retries = channel('remctl:retry');
const closes = channel('remctl:close');

/** Tells that something is tried again. The message is made only if somebody listens. */
export function tellRetry(message: () => RetryMessage): void {
  if (retries.hasSubscribers) {
    retries.publish(message());
  }
}

/** Tells that a connection has ended. The message is made only if somebody listens. */
export function tellClose(message: () => CloseMessage): void {
  if (closes.hasSubscribers) {
    closes.publish(message());
  }
}
