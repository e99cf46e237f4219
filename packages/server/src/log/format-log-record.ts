/** The line of a log that remctld writes for an event. */
import { printable } from './printable.js';
import type { LogRecord } from './record.js';

function sentenceOf(record: LogRecord): string {
  switch (record.type) {
    case 'command':
      return `COMMAND from ${record.principal}: ${record.command.join(' ')}`;
    case 'refused':
    case 'server':
      return record.reason;
    case 'failed':
      return `command from ${record.principal} failed: ${record.reason}: ${record.command.join(' ')}`;
    case 'connection': {
      const { address, principal, reason } = record;
      return `${reason} (client ${address}${principal === undefined ? '' : `, ${principal}`})`;
    }
  }
}

/**
 * Returns one line, without a newline, for a record. Commands and refusals have remctld's words, such as
 * `COMMAND from jdoe@EXAMPLE.ORG: accounts passwd jdoe **MASKED**`. Characters that could forge a line are
 * periods. The record's `error` is left out.
 */
export function formatLogRecord(record: LogRecord): string {
  return printable(sentenceOf(record));
}
