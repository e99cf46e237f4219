/** The number of each message type, and of the protocol version. */

/** The protocol version number in every message. */
export const PVNO = 5;

/** The application tag numbers of RFC 4120, section 5.10, which are the message types too. */
export const MessageType = {
  KRB_AS_REQ: 10,
  KRB_AS_REP: 11,
  KRB_TGS_REQ: 12,
  KRB_TGS_REP: 13,
  KRB_AP_REQ: 14,
  KRB_AP_REP: 15,
  KRB_ERROR: 30,
} as const;
