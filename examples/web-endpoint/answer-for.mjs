// The HTTP answer for a command that failed.
import {
  ErrorCode,
  RemctlError,
  RemctlNetworkError,
  RemctlNotOpenedError,
  RemctlPoolFullError,
  RemctlProtocolError,
  RemctlTimeoutError,
} from '@remctl/core';

/** Seconds after which an HTTP client may ask again, if nothing was sent. */
const RETRY_AFTER_S = '5';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Readonly<Record<string, string>>} headers
 * @property {{ error: string, commandState?: import('@remctl/core').CommandState }} body
 */

/**
 * Returns the answer. Its text says nothing of hosts, principals or tickets: the log has those.
 *
 * @param {unknown} error
 * @returns {Answer}
 */
export function answerFor(error) {
  const commandState = error instanceof RemctlError ? error.commandState : 'finished';
  /** @param {number} status @param {string} text */
  const answer = (status, text, headers = {}) => ({
    status,
    headers,
    body: { error: text, commandState },
  });
  const later = { 'retry-after': RETRY_AFTER_S };
  if (error instanceof RemctlProtocolError) {
    return error.code === ErrorCode.ERROR_ACCESS
      ? answer(403, 'the remctl server does not allow it')
      : answer(502, 'the remctl server refused the command');
  }
  if (error instanceof RemctlTimeoutError) {
    return answer(504, 'the remctl server took too long');
  }
  if (error instanceof RemctlPoolFullError || error instanceof RemctlNotOpenedError) {
    return answer(503, 'too many requests wait', later);
  }
  if (error instanceof RemctlNetworkError && commandState === 'not-sent') {
    return answer(503, 'the remctl server cannot be reached', later);
  }
  return answer(502, 'the command failed');
}
