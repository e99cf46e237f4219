/** The protocol that the flags of a client's first tokens ask for (protocol, section 2.1). */
import { CONTEXT_TOKEN_FLAGS, FIRST_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';

/** Protocol 1, or 2, which stands for 3 too. */
export type ProtocolVersion = 1 | 2;

/** Flags of the first token in protocol 1. */
const FIRST_TOKEN_FLAGS_V1 = TokenFlag.NOOP | TokenFlag.CONTEXT_NEXT;

/** Returns the protocol of a first token; undefined if no first token has these flags. */
export function protocolOfFirstToken(flags: number): ProtocolVersion | undefined {
  if (flags === FIRST_TOKEN_FLAGS) {
    return 2;
  }
  return flags === FIRST_TOKEN_FLAGS_V1 ? 1 : undefined;
}

/**
 * Returns the protocol after a context token; undefined if no context token has these flags. A client that
 * fell back to protocol 1 once stays there, as with remctld.
 */
export function protocolOfContextToken(
  flags: number,
  before: ProtocolVersion,
): ProtocolVersion | undefined {
  if (flags === TokenFlag.CONTEXT) {
    return 1;
  }
  return flags === CONTEXT_TOKEN_FLAGS ? before : undefined;
}

/** Returns the flags of the server's context token. */
export function contextTokenFlags(protocol: ProtocolVersion): number {
  return protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_TOKEN_FLAGS;
}
