/** Tells subscribers that something works, and probably not as it was meant. */
import { channel } from 'node:diagnostics_channel';
import type { WarningMessage } from './messages.js';
import { printIfAsked } from './print-events.js';

const warnings = channel('remctl:warning');

/**
 * Publishes a warning on the channel `remctl:warning`. `NODE_DEBUG=remctl` prints it. `code` names its kind.
 * `message` is made only if somebody listens: it says what was found and what to do.
 */
export function warn(code: string, message: () => string): void {
  printIfAsked();
  if (warnings.hasSubscribers) {
    warnings.publish({ code, message: message() } satisfies WarningMessage);
  }
}
