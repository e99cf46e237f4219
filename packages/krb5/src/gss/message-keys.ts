/** Message protection from the parameters of an AP exchange (RFC 4121, section 2). */
import type { EncryptionKey } from '../crypto/index.js';
import { ContextFlag } from './context-flags.js';
import {
  createMessageProtection,
  type MessageProtection,
  type MessageProtectionOptions,
} from './message-tokens.js';

/** The parameters that one side chose, in its Authenticator or its EncAPRepPart. */
export interface SideParameters {
  readonly subkey?: EncryptionKey;
  readonly seqNumber?: number;
}

export interface ContextParameters {
  readonly role: MessageProtectionOptions['role'];
  readonly sessionKey: EncryptionKey;
  readonly initiator: SideParameters;
  /** Undefined without mutual authentication, because the acceptor then sends nothing. */
  readonly acceptor: SideParameters | undefined;
  readonly flags: number;
}

/**
 * Makes the message protection of an established context. Throws Krb5Error if its key is unusable.
 */
export function protectionOf(parameters: ContextParameters): MessageProtection {
  const { role, sessionKey, initiator, acceptor, flags } = parameters;
  const initiatorSeq = BigInt(initiator.seqNumber ?? 0);
  // Without an AP-REP the acceptor counts from the initiator's number (RFC 4120, section 3.2.4).
  const acceptorSeq = acceptor === undefined ? initiatorSeq : BigInt(acceptor.seqNumber ?? 0);
  const [sendSeq, recvSeq] =
    role === 'initiator' ? [initiatorSeq, acceptorSeq] : [acceptorSeq, initiatorSeq];
  return createMessageProtection({
    key: acceptor?.subkey ?? initiator.subkey ?? sessionKey,
    role,
    acceptorSubkey: acceptor?.subkey !== undefined,
    sendSeq,
    recvSeq,
    replay: (flags & ContextFlag.REPLAY) !== 0,
    sequence: (flags & ContextFlag.SEQUENCE) !== 0,
  });
}
