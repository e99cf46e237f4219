/** Warnings, on the channel that clients warn on too. */
import { channel } from 'node:diagnostics_channel';

/** As core's `remctl:warning` has it: this package does without core. */
interface Warning {
  readonly code: string;
  readonly message: string;
}

const warnings = channel('remctl:warning');

/** Whether somebody listens to warnings. */
export function hearsWarnings(): boolean {
  return warnings.hasSubscribers;
}

/** Publishes a warning on `remctl:warning`, which NODE_DEBUG=remctl prints. */
export function publishWarning(code: string, message: string): void {
  warnings.publish({ code, message } satisfies Warning);
}
