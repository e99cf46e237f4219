/** The log of a test realm that is given none: failures alone. */
import type { LogRecord } from '@remctl/server';

/**
 * Writes what failed in the server to standard error, with the error and its stack: a test that sees
 * ERROR_INTERNAL wants to know why.
 */
export function logFailures(record: LogRecord): void {
  if (record.type === 'failed') {
    console.error(
      `remctl test realm: the command ${JSON.stringify(record.command)} of ${record.principal} failed: ${record.reason}`,
      record.error,
    );
  } else if (record.type === 'server') {
    console.error(`remctl test realm: ${record.reason}`, record.error ?? '');
  }
}
