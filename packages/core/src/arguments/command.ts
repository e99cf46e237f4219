/** The command: a list of arguments, encoded as bytes. */
import { isUint8Array } from 'node:util/types';
import { RemctlUnsupportedError } from '../errors.js';
import { MESSAGE_MAX_LENGTH, NUMBER_LENGTH } from '../wire/constants.js';
import { kindOf } from './checks.js';

/**
 * A command: its arguments, each a text (sent as UTF-8) or bytes. A command is never one string: nothing
 * here splits strings.
 */
export type Command = Iterable<string | Uint8Array>;

const utf8 = new TextEncoder();

/**
 * Encodes a command. Text is "encoded in UTF-8" (Python README, "Remctl.command()"). Bytes are copied, so
 * that the caller may change them afterwards.
 *
 * Throws TypeError if the command is not a list of text and bytes (one string is refused: it would be taken
 * apart letter by letter), and RangeError if it is empty or a text holds a lone surrogate.
 */
export function encodeCommand(command: Command): Uint8Array[] {
  const given: unknown = command;
  if (typeof given === 'string' || isUint8Array(given)) {
    throw new TypeError(
      "command must be a list of arguments, such as ['account', 'show'], not one argument",
    );
  }
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given)) {
    throw new TypeError(
      `command must be an iterable of strings and Uint8Arrays, not ${kindOf(given)}`,
    );
  }
  const encoded: Uint8Array[] = [];
  for (const argument of command as Iterable<unknown>) {
    if (typeof argument === 'string') {
      if (!argument.isWellFormed()) {
        throw new RangeError(
          `command[${encoded.length}] holds a lone surrogate, which UTF-8 cannot carry: pass bytes`,
        );
      }
      encoded.push(utf8.encode(argument));
    } else if (isUint8Array(argument)) {
      encoded.push(Uint8Array.prototype.slice.call(argument));
    } else {
      throw new TypeError(
        `command[${encoded.length}] must be a string or a Uint8Array, not ${kindOf(argument)}`,
      );
    }
  }
  if (encoded.length === 0) {
    throw new RangeError('command must not be empty');
  }
  return encoded;
}

/**
 * Checks a command for a server of protocol 1, which takes it in one message (protocol, section 3).
 *
 * Throws RemctlUnsupportedError if the command is longer than a message may be.
 */
export function checkFitsProtocol1(command: readonly Uint8Array[]): void {
  const length = command.reduce(
    (sum, argument) => sum + NUMBER_LENGTH + argument.length,
    NUMBER_LENGTH,
  );
  if (length > MESSAGE_MAX_LENGTH) {
    throw new RemctlUnsupportedError(
      `the command has ${length} bytes; a server of protocol 1 takes at most ${MESSAGE_MAX_LENGTH}`,
    );
  }
}
