/** The protocol version and the numbers of the message types. */

/** The protocol version number in every message (RFC 4120, section 5.4.1: pvno). */
export const PVNO = 5;

/**
 * The message types, which are also the messages' application tag numbers (RFC 4120, section 5.10).
 */
export const MessageType = {
  KRB_AS_REQ: 10,
  KRB_AS_REP: 11,
  KRB_TGS_REQ: 12,
  KRB_TGS_REP: 13,
  KRB_AP_REQ: 14,
  KRB_AP_REP: 15,
  KRB_ERROR: 30,
} as const;
