/** Answers that many raw cases expect. */

/** The command ran: it prints a line. */
export const RAN = ['stdout counted', 'status 0'] as const;
/** Protocol 1: the command ran. */
export const RAN_V1 = 'answer 0 counted';

/** The errors, with remctld's texts (protocol, section 2.6). */
export const BAD_TOKEN = 'error 2 Invalid token';
export const UNKNOWN_MESSAGE = 'error 3 Unknown message';
export const BAD_COMMAND = 'error 4 Invalid command token';
export const UNKNOWN_COMMAND = 'error 5 Unknown command';
export const ACCESS = 'error 6 Access denied';
export const TOO_MANY_ARGS = 'error 7 Too many arguments';
export const TOO_MUCH_DATA = 'error 8 Too much data';
export const UNEXPECTED_MESSAGE = 'error 9 Unexpected message';

/** MESSAGE_VERSION with the highest version. */
export const VERSION = 'version 3';

/** KRB-ERRORs (RFC 4120, section 7.5.9). */
export const KrbError = {
  BAD_INTEGRITY: 'KRB-ERROR 31',
  EXPIRED: 'KRB-ERROR 32',
  NOT_YET_VALID: 'KRB-ERROR 33',
  REPEAT: 'KRB-ERROR 34',
  NOT_US: 'KRB-ERROR 35',
  BAD_MATCH: 'KRB-ERROR 36',
  SKEW: 'KRB-ERROR 37',
  MODIFIED: 'KRB-ERROR 41',
  ILLEGAL_CROSS_REALM: 'KRB-ERROR 43',
  INAPPROPRIATE_CHECKSUM: 'KRB-ERROR 50',
  PATH_NOT_ACCEPTED: 'KRB-ERROR 51',
  GENERIC: 'KRB-ERROR 60',
} as const;
