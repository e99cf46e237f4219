/** Messages in and out of protected tokens (protocol, section 1). */
import { RemctlError } from '@remctl/core';
import { unexpectedToken, unreadableToken } from '@remctl/core/failures';
import {
  type FramedToken,
  MESSAGE_MAX_LENGTH,
  MESSAGE_TOKEN_FLAGS,
  TokenFlag,
} from '@remctl/core/wire';
import type { SecurityContext } from './mechanism.js';

/**
 * The first bytes of every protected token in protocols 2 and 3: its flags, and the highest byte of its
 * length, which is 0 for a token of at most TOKEN_MAX_LENGTH bytes.
 */
export const MESSAGE_TOKEN_START: Uint8Array = Uint8Array.of(MESSAGE_TOKEN_FLAGS, 0);

/** Wraps a message with confidentiality. Throws RangeError if it has more than 64 KiB. */
export function seal(context: SecurityContext, message: Uint8Array): Uint8Array {
  if (message.length > MESSAGE_MAX_LENGTH) {
    throw new RangeError(`a message of ${message.length} bytes; at most ${MESSAGE_MAX_LENGTH} fit`);
  }
  return context.wrap(message);
}

/** How messages write a token's flags: `0x44`. */
export function flagsText(flags: number): string {
  return `0x${flags.toString(16)}`;
}

function checkFlags(token: FramedToken, expected: number): void {
  if (token.flags !== expected) {
    throw unexpectedToken(
      `the server sent a token with flags ${flagsText(token.flags)}, not ${flagsText(expected)}`,
    );
  }
}

function checked<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RemctlError ? error : unreadableToken(what, error);
  }
}

/** Takes the message out of a token. Throws RemctlInvalidTokenError if the token has other flags. */
export function unseal(context: SecurityContext, token: FramedToken, flags: number): Uint8Array {
  checkFlags(token, flags);
  return checked('a token that does not unwrap', () => context.unwrap(token.payload));
}

/** Verifies the MIC that confirms a command in protocol 1. Throws RemctlInvalidTokenError. */
export function verifyConfirmation(
  context: SecurityContext,
  token: FramedToken,
  command: Uint8Array,
): void {
  checkFlags(token, TokenFlag.MIC);
  checked("a MIC that is not the command's", () => context.verifyMic(command, token.payload));
}
