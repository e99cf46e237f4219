/** Messages into protected tokens and back (specification, section 1: gss_wrap with confidentiality). */
import { RemctlError, RemctlInvalidTokenError } from '@remctl/core';
import { type FramedToken, TokenFlag } from './framing.js';
import type { SecurityContext } from './mechanism.js';
import { MESSAGE_MAX_LENGTH } from './messages.js';

/** The flags of protected tokens, both ways in protocol 2 and 3. */
export const DATA_V2 = TokenFlag.DATA | TokenFlag.PROTOCOL;
/**
 * What every protected token of protocol 2 and 3 begins with: its flags, and the highest octet of its
 * length, which TOKEN_MAX_LENGTH keeps at 0.
 */
export const DATA_V2_START: Uint8Array = Uint8Array.of(DATA_V2, 0);
/** The flags of a command, and of the answers to it, in protocol 1. */
export const COMMAND_V1 = TokenFlag.DATA | TokenFlag.SEND_MIC;

/** Wraps a message of at most 64 KiB. */
export function seal(context: SecurityContext, message: Uint8Array): Uint8Array {
  if (message.length > MESSAGE_MAX_LENGTH) {
    throw new RangeError(
      `a message of ${message.length} octets; at most ${MESSAGE_MAX_LENGTH} fit`,
    );
  }
  return context.wrap(message);
}

function checkFlags(token: FramedToken, expected: number): void {
  if (token.flags !== expected) {
    throw new RemctlInvalidTokenError(
      `the server sent a token with flags 0x${token.flags.toString(16)}, not 0x${expected.toString(16)}`,
    );
  }
}

function checked<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RemctlError) {
      throw error;
    }
    throw new RemctlInvalidTokenError(`the server sent ${what}`, { cause: error });
  }
}

/** Takes the message out of a token with these flags. Throws RemctlInvalidTokenError. */
export function unseal(context: SecurityContext, token: FramedToken, flags: number): Uint8Array {
  checkFlags(token, flags);
  return checked('a token that does not unwrap', () => context.unwrap(token.payload));
}

/** Verifies the MIC by which a server of protocol 1 confirms a command. Throws RemctlInvalidTokenError. */
export function verifyConfirmation(
  context: SecurityContext,
  token: FramedToken,
  command: Uint8Array,
): void {
  checkFlags(token, TokenFlag.MIC);
  checked("a MIC that is not the command's", () => context.verifyMic(command, token.payload));
}
