/** The errors of this package. Their messages say what to do, and never hold key material. */
import { gssStatusName, krbErrorName } from './error-codes.js';

export interface ErrorDetails {
  readonly cause?: unknown;
}

/**
 * Kerberos failed. `code` is a `KrbErrorCode` (RFC 4120, section 7.5.9), also when the KDC or the server
 * sent it, or a `LocalErrorCode`. `name` is the code's name, such as `KRB_AP_ERR_BAD_INTEGRITY`.
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
 * A GSS-API call failed. `code` is a `GssStatus` (RFC 2743, section 1.2.1.1; RFC 2744, section 3.9.1).
 * `name` is its name, such as `GSS_S_BAD_SIG`. A Kerberos error behind it is in `cause`.
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
 * A server refused a service ticket that was at hand from before, as after a change of its key. That is not
 * authenticated. The next context asks the KDC for another ticket.
 */
export class ServiceTicketRefused extends Krb5Error {}
