/** The words of the log for what ended a connection, as remctld's. */
import { isError, systemErrorCode } from '../file/system-error.js';

/** The client's end, where more should have come. */
export const END_OF_FILE = 'unexpected end of file';
/** A client that sent nothing for too long. */
export const TIMED_OUT = 'timed out';

/** The system's errors of a connection that its client has ended. */
const ENDINGS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Returns the words for a socket's error. */
export function socketReason(error: unknown): string {
  if (!isError(error)) {
    return String(error);
  }
  const code = systemErrorCode(error);
  if (code !== undefined && ENDINGS.has(code)) {
    return END_OF_FILE;
  }
  return code === 'ETIMEDOUT' ? TIMED_OUT : error.message;
}
