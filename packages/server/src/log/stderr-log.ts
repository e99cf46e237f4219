/** The log of a server that was given none. */
import { errorText } from './error-text.js';
import { formatLogRecord } from './format-log-record.js';
import type { LogRecord } from './record.js';

/** Returns the text of a record: the time in UTC, remctld's line, and the stack of a fault in the server. */
export function logText(record: LogRecord, time: Date): string {
  const line = `${time.toISOString()} ${formatLogRecord(record)}\n`;
  const hasStack = record.type === 'failed' || record.type === 'server';
  return hasStack && record.error !== undefined
    ? `${line}${errorText(record.error).replace(/^/gm, '    ')}\n`
    : line;
}

/** Writes a record to standard error. */
export function stderrLog(record: LogRecord): void {
  process.stderr.write(logText(record, new Date()));
}
