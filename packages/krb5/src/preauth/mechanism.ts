/** The interface of a preauthentication mechanism (RFC 6113, section 3). */
import type { Krb5Config } from '../config/krb5-config.js';
import type { EncryptionKey } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { PaData } from '../messages/pa-data.js';

/** The realm and settings that hold for a whole exchange. */
export interface PreauthSetting {
  /** The client's realm, whose KDC is asked. */
  readonly realm: string;
  /** All realms that the client was sent through, from its own (RFC 6806, section 7). */
  readonly path: readonly string[];
  readonly config: Krb5Config;
  /** The armor key of FAST; undefined without it. */
  readonly armorKey: EncryptionKey | undefined;
}

/** The request under way, for which a mechanism makes its PA-DATA. */
export interface PreauthRound extends PreauthSetting {
  /** The contents of the mechanism's own PA-DATA in the KDC's message; often empty. */
  readonly hint: Uint8Array;
  /** The encoding of the KDC-REQ-BODY that goes with the answer. */
  readonly requestBody: Uint8Array;
  /** Milliseconds since 1970, by the KDC's clock. */
  readonly now: number;
  /** Returns the client's own key, as ETYPE-INFO2 asks for it. Throws Krb5Error. */
  readonly clientKey: () => Promise<EncryptionKey>;
}

/** The key that opens the reply to a request. */
export interface ReplyKey {
  readonly key: EncryptionKey;
  /** Whether it is the client's own key; the KDC may then use one of another type. */
  readonly own: boolean;
}

/** What a mechanism sends. */
export interface PreauthAnswer {
  readonly padata: readonly PaData[];
  /**
   * Undefined while the answer proves nothing: if the KDC refuses it, another mechanism is tried.
   */
  readonly replyKey?: ReplyKey;
  /** Answers KDC_ERR_MORE_PREAUTH_DATA_REQUIRED. Without it, that error is a refusal. */
  readonly next?: (round: PreauthRound) => Promise<PreauthAnswer>;
}

export interface PreauthMechanism {
  /** The `PaDataType` of the KDC's offer and of the answer. */
  readonly type: number;
  /** What the client logs in with, for messages. */
  readonly name: string;
  /**
   * Returns why the mechanism must not be used with this setting, for an error message; undefined if
   * it may.
   */
  readonly hindrance: (setting: PreauthSetting) => string | undefined;
  /** Throws MechanismUnusable if another mechanism is to be tried, and Krb5Error. */
  readonly answer: (round: PreauthRound) => Promise<PreauthAnswer>;
}

/** A mechanism cannot answer what the KDC sent; it has given no proof. */
export class MechanismUnusable extends Krb5Error {
  constructor(message: string) {
    super(LocalErrorCode.KRB5_PREAUTH_FAILED, message);
  }
}
