/** Parses a whole command: the count of its arguments, then each argument. */
import { ErrorCode } from '@remctl/core';
import { NUMBER_LENGTH } from '@remctl/core/wire';
import { INVALID_COMMAND, TOO_MANY_ARGUMENTS, UNKNOWN_COMMAND } from '../error-texts.js';
import type { Refusal } from '../refusal.js';

function invalid(reason: string): Refusal {
  return { code: ErrorCode.ERROR_BAD_COMMAND, message: INVALID_COMMAND, reason };
}

/**
 * Returns a command's arguments, at least one and at most `most`, or remctld's refusal (protocol, section
 * 2.4; remctld's order of checks). `data` begins with the count of arguments. The arguments share its
 * memory.
 */
export function parseCommand(data: Buffer, most: number): readonly Buffer[] | Refusal {
  if (data.length < NUMBER_LENGTH) {
    return invalid('command data too short');
  }
  const count = data.readUInt32BE(0);
  if (count === 0) {
    return {
      code: ErrorCode.ERROR_UNKNOWN_COMMAND,
      message: UNKNOWN_COMMAND,
      reason: 'command with no arguments',
    };
  }
  if (count > most) {
    return {
      code: ErrorCode.ERROR_TOOMANY_ARGS,
      message: TOO_MANY_ARGUMENTS,
      reason: `too large argc (${count}) in request message`,
    };
  }
  const command: Buffer[] = [];
  let at = NUMBER_LENGTH;
  while (data.length - at >= NUMBER_LENGTH) {
    if (command.length === count) {
      return invalid(`sent more arguments than argc ${count}`);
    }
    const length = data.readUInt32BE(at);
    at += NUMBER_LENGTH;
    if (length > data.length - at) {
      return invalid('command data invalid');
    }
    command.push(data.subarray(at, at + length));
    at += length;
  }
  if (command.length !== count || at !== data.length) {
    return invalid('argument count differs from arguments seen');
  }
  return command;
}
