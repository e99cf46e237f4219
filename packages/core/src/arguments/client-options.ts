/** Checks a client's options before there is a client. */
import type { Backend } from '../backend.js';
import type { ClientOptions } from '../client-options.js';
import { checkCredentials } from './credentials.js';
import { checkMaxOutput, checkMinProtocol, checkTimeout } from './limits.js';
import { checkSourceIp } from './target.js';

/**
 * Throws TypeError and RangeError as `new Remctl()` would, and RemctlUnsupportedError if the backend, where it is
 * known already, cannot use the credentials.
 */
export function checkClientOptions(options: ClientOptions, backend?: Backend): void {
  const credentials = checkCredentials(options);
  if (credentials !== undefined) {
    backend?.checkCredentials?.(credentials);
  }
  const { minProtocol, sourceIp, timeout, maxOutput } = options;
  if (minProtocol !== undefined) {
    checkMinProtocol(minProtocol);
  }
  if (sourceIp !== undefined) {
    checkSourceIp(sourceIp);
  }
  if (timeout !== undefined) {
    checkTimeout(timeout);
  }
  if (maxOutput !== undefined) {
    checkMaxOutput(maxOutput);
  }
}
