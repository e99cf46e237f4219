/** The errors of this package. Their messages say what to do, and never hold key material. */
import { isNativeError } from 'node:util/types';
import { gssStatusName, krbErrorName } from './error-codes.js';

/** Optional parts of an error. */
export interface ErrorDetails {
  readonly cause?: unknown;
}

/**
 * Kerberos failed. `code` is a `KrbErrorCode` (RFC 4120, section 7.5.9), from this side, the KDC or
 * the server, or a `LocalErrorCode`. `name` is the code's name, such as `KRB_AP_ERR_BAD_INTEGRITY`.
 */
export class Krb5Error extends Error {
  readonly code: number;

  constructor(code: number, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = krbErrorName(code);
    this.code = code;
  }
}

/**
 * A GSS-API call failed. `code` is a `GssStatus` (RFC 2743, section 1.2.1.1; RFC 2744, section
 * 3.9.1). `name` is the status's name, such as `GSS_S_BAD_SIG`. `cause` holds the Kerberos error
 * behind it, if any.
 */
export class GssError extends Error {
  readonly code: number;

  constructor(code: number, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = gssStatusName(code);
    this.code = code;
  }
}

/**
 * A server refused a service ticket from a cache or an earlier context, for example after a change
 * of the server's key. The refusal is not authenticated. The next context asks the KDC for another
 * ticket.
 */
export class ServiceTicketRefused extends Krb5Error {}

/**
 * Returns an error's message; of something else that was thrown, its text. Test runners have a global
 * object of their own, and Node's errors are then no instances of its `Error`.
 */
export function messageOf(error: unknown): string {
  return isNativeError(error) ? error.message : String(error);
}
