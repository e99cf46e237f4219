// One host's row of the report.
import {
  errorCodeName,
  RemctlAuthenticationError,
  RemctlNetworkError,
  RemctlProtocolError,
  RemctlTimeoutError,
} from '@remctl/core';

const MS_PER_SECOND = 1000;

/**
 * @typedef {object} Row
 * @property {string} host
 * @property {string} [reason] why the host failed, the same text for hosts that failed alike; absent if it did not
 * @property {string} [message] the error's own words
 * @property {import('@remctl/core').CommandState} commandState whether the command may have run
 * @property {number} [status]
 * @property {number} [seconds]
 * @property {number} [attempts]
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Names the failure without what differs from host to host.
 *
 * @param {unknown} error
 */
function reasonOf(error) {
  if (error instanceof RemctlProtocolError) {
    return errorCodeName(error.code) ?? `error ${error.code}`;
  }
  if (error instanceof RemctlNetworkError) {
    return `${error.code} (${error.phase})`;
  }
  if (error instanceof RemctlTimeoutError) {
    return `timed out (${error.phase})`;
  }
  if (error instanceof RemctlAuthenticationError) {
    return 'not authenticated';
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Returns the row of a host's result.
 *
 * @param {import('@remctl/core').HostResult} result
 * @returns {Row}
 */
export function rowOf(result) {
  if (result.type === 'not-begun') {
    const { host } = result;
    return { host, reason: 'not begun', commandState: 'not-sent', stdout: '', stderr: '' };
  }
  const { host, milliseconds, attempts } = result;
  const ran = {
    host,
    seconds: milliseconds / MS_PER_SECOND,
    attempts,
    stdout: new TextDecoder().decode(result.stdout),
    stderr: new TextDecoder().decode(result.stderr),
  };
  if (result.type === 'failed') {
    const { error, commandState } = result;
    const message = error instanceof Error ? error.message : String(error);
    return { ...ran, reason: reasonOf(error), message, commandState };
  }
  const { status } = result;
  const failure = status === 0 ? {} : { reason: `status ${status}` };
  return { ...ran, status, commandState: 'finished', ...failure };
}
