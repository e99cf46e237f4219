/** Key usage numbers: a key is derived for each purpose. */

/**
 * Key usage numbers (RFC 4120, section 7.5.1; RFC 4121, section 2; RFC 6113; RFC 6806, section 11;
 * RFC 9588).
 */
export const KeyUsage = {
  /** AS-REQ PA-ENC-TIMESTAMP, with the client's key. */
  AS_REQ_PA_ENC_TIMESTAMP: 1,
  /** The encrypted part of a Ticket, with the service's key. */
  TICKET: 2,
  /** The encrypted part of AS-REP, with the client's key. */
  AS_REP_ENC_PART: 3,
  /** TGS-REQ authorization data, with the ticket's session key. */
  TGS_REQ_AUTH_DATA_SESSION_KEY: 4,
  /** TGS-REQ authorization data, with the authenticator's subkey. */
  TGS_REQ_AUTH_DATA_SUBKEY: 5,
  /** TGS-REQ PA-TGS-REQ: the authenticator's checksum, with the ticket's session key. */
  TGS_REQ_AUTH_CKSUM: 6,
  /** TGS-REQ PA-TGS-REQ: the authenticator, with the ticket's session key. */
  TGS_REQ_AUTH: 7,
  /** The encrypted part of TGS-REP, with the ticket's session key. */
  TGS_REP_ENC_PART_SESSION_KEY: 8,
  /** The encrypted part of TGS-REP, with the authenticator's subkey. */
  TGS_REP_ENC_PART_SUBKEY: 9,
  /** AP-REQ: the authenticator's checksum, with the ticket's session key. */
  AP_REQ_AUTH_CKSUM: 10,
  /** AP-REQ: the authenticator, with the ticket's session key. */
  AP_REQ_AUTH: 11,
  /** The encrypted part of AP-REP, with the ticket's session key. */
  AP_REP_ENC_PART: 12,
  /** The encrypted part of KRB-PRIV. */
  KRB_PRIV_ENC_PART: 13,
  /** The encrypted part of KRB-CRED. */
  KRB_CRED_ENC_PART: 14,
  /** The checksum of KRB-SAFE. */
  KRB_SAFE_CKSUM: 15,
  /** The checksum of AD-KDC-ISSUED. */
  AD_KDC_ISSUED_CKSUM: 19,
  /** Wrap tokens of a context's acceptor. */
  GSS_ACCEPTOR_SEAL: 22,
  /** MIC tokens of a context's acceptor. */
  GSS_ACCEPTOR_SIGN: 23,
  /** Wrap tokens of a context's initiator. */
  GSS_INITIATOR_SEAL: 24,
  /** MIC tokens of a context's initiator. */
  GSS_INITIATOR_SIGN: 25,
  /** PA-FX-FAST: the checksum of the request's body, with the armor key. */
  FAST_REQ_CHKSUM: 50,
  /** PA-FX-FAST: the request, with the armor key. */
  FAST_ENC: 51,
  /** PA-FX-FAST: the response, with the armor key. */
  FAST_REP: 52,
  /** PA-FX-FAST: the checksum of the ticket, with the armor key. */
  FAST_FINISHED: 53,
  /** PA-ENCRYPTED-CHALLENGE of the client. */
  ENC_CHALLENGE_CLIENT: 54,
  /** PA-REQ-ENC-PA-REP: the checksum of the AS-REQ, with the reply key. */
  AS_REQ_CKSUM: 56,
  /** PA-SPAKE: the second factor, with K'[1] and the keys after it. */
  SPAKE: 65,
} as const;
