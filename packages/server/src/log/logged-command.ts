/** A command's arguments as the log shows them. */
import { printableBytes } from './printable.js';

/** What the log shows in place of a masked argument (remctld(8), "logmask"). */
export const MASKED = '**MASKED**';
/** What the log shows in place of the argument that goes to standard input. */
const DATA = '**DATA**';

/** Bytes of a command's arguments that are logged at most: an argument may have 100 MiB. */
const MAX_LOGGED = 8_192;

/** What of a command stays out of the log. */
export interface Masking {
  readonly logmask: ReadonlySet<number>;
  readonly stdin: number | 'last' | undefined;
}

/** Returns whether the argument `index` of `count` goes to standard input. */
export function isStdin(stdin: Masking['stdin'], index: number, count: number): boolean {
  return index > 0 && (stdin === 'last' ? index === count - 1 : index === stdin);
}

/** Returns whether the log masks the argument `index` of `count`. */
function isMasked(masking: Masking, index: number, count: number): boolean {
  return isStdin(masking.stdin, index, count) || (index > 0 && masking.logmask.has(index));
}

/**
 * Returns the arguments as text, masked, without control characters. Arguments beyond 8,192 bytes in all are
 * cut, and say how long they are.
 */
export function loggedCommand(
  command: readonly Uint8Array[],
  masking: Masking | undefined,
): readonly string[] {
  let left = MAX_LOGGED;
  return command.map((argument, index) => {
    if (masking !== undefined && isStdin(masking.stdin, index, command.length)) {
      return DATA;
    }
    if (masking !== undefined && isMasked(masking, index, command.length)) {
      return MASKED;
    }
    const shown = argument.subarray(0, left);
    left -= shown.length;
    const text = printableBytes(shown);
    return shown.length === argument.length ? text : `${text}[${argument.length} bytes]`;
  });
}

/** Returns the arguments that the log masks, as text. */
export function maskedValues(
  command: readonly Uint8Array[],
  masking: Masking | undefined,
): readonly string[] {
  return command
    .filter((_argument, index) => masking !== undefined && isMasked(masking, index, command.length))
    .map((argument) => Buffer.from(argument).toString());
}
