/** Detects replayed, missing and late messages of a context (RFC 2743, section 1.2.3). */
import { GssStatus } from '../error-codes.js';
import { GssError } from '../errors.js';

export interface MessageOrderOptions {
  /** The number of the first message, from 0 to 2^64 - 1. */
  readonly next: bigint;
  /** Refuse a number that has been seen. */
  readonly replay: boolean;
  /** Refuse every number but the next. */
  readonly sequence: boolean;
}

/**
 * The newest messages that are remembered: an older number is refused, because it may be a replay.
 */
const WINDOW = 64n;
const ALL_SEEN = (1n << WINDOW) - 1n;

/**
 * Returns a function that checks the number of a message whose integrity is proven. The function
 * throws GssError GSS_S_DUPLICATE_TOKEN, GSS_S_OLD_TOKEN, GSS_S_UNSEQ_TOKEN or GSS_S_GAP_TOKEN if
 * the message must be refused. Numbers are 64 bits wide and wrap.
 */
export function createMessageOrder(options: MessageOrderOptions): (number: bigint) => void {
  const { replay, sequence } = options;
  let next = options.next;
  // Bit 0 stands for the newest message, next - 1. Messages before the first one count as seen.
  let seen = ALL_SEEN;

  const advance = (number: bigint, by: bigint) => {
    next = BigInt.asUintN(64, number + 1n);
    seen = by > WINDOW ? 1n : ((seen << by) | 1n) & ALL_SEEN;
  };

  return (number) => {
    if (!replay && !sequence) {
      return;
    }
    const ahead = BigInt.asIntN(64, number - next);
    if (sequence) {
      if (ahead !== 0n) {
        throw outOfSequence(number, next, ahead, replay);
      }
      next = BigInt.asUintN(64, number + 1n);
      return;
    }
    if (ahead >= 0n) {
      advance(number, ahead + 1n);
      return;
    }
    if (-ahead > WINDOW) {
      throw new GssError(
        GssStatus.GSS_S_OLD_TOKEN,
        `message ${number} is so old that it may be a replay (${next} was expected): close the connection`,
      );
    }
    const bit = 1n << (-ahead - 1n);
    if ((seen & bit) !== 0n) {
      throw duplicate(number);
    }
    seen |= bit;
  };
}

function outOfSequence(number: bigint, next: bigint, ahead: bigint, replay: boolean): GssError {
  if (ahead > 0n) {
    return new GssError(
      GssStatus.GSS_S_GAP_TOKEN,
      `messages are missing: message ${number} came, ${next} was expected; close the connection`,
    );
  }
  return replay
    ? duplicate(number)
    : new GssError(
        GssStatus.GSS_S_UNSEQ_TOKEN,
        `message ${number} came, ${next} was expected: close the connection`,
      );
}

function duplicate(number: bigint): GssError {
  return new GssError(
    GssStatus.GSS_S_DUPLICATE_TOKEN,
    `message ${number} has come before, or is replayed: close the connection`,
  );
}
