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

/** The text of records that are not written yet. */
let waiting = '';
let flushesAtExit = false;

function writeWaiting(): void {
  if (waiting !== '') {
    const text = waiting;
    waiting = '';
    process.stderr.write(text);
  }
}

/**
 * Writes a record to standard error, at the end of the event loop's turn: a file is written synchronously, and
 * the client's answer goes out first. At the end of the process nothing is lost.
 */
export function stderrLog(record: LogRecord): void {
  if (!flushesAtExit) {
    flushesAtExit = true;
    process.on('exit', writeWaiting);
  }
  if (waiting === '') {
    setImmediate(writeWaiting);
  }
  waiting += logText(record, new Date());
}
