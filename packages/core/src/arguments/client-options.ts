/** Checks a client's options before there is a client. */
import type { Backend } from '../backend.js';
import type { ClientOptions } from '../client-options.js';
import { checkOptionNames, type OptionNames } from '../option-names/check-option-names.js';
import { checkCredentials } from './credentials.js';
import { checkMaxOutput, checkMinProtocol, checkTimeout } from './limits.js';
import { checkSourceIp } from './target.js';

/** As `checkClientOptions`. Throws TypeError also for an option that is not among `names`; `of` is the call. */
export function checkCallersOptions(of: string, options: ClientOptions, names: OptionNames): void {
  checkOptionNames(of, options, names);
  checkClientOptions(options);
}

/**
 * Throws TypeError and RangeError as `new Remctl()` would, and RemctlUnsupportedError if the backend, where it is
 * known already, cannot use the credentials. The object may have other properties.
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
