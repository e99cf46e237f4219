/** Puts a command together from its MESSAGE_COMMANDs (protocol, section 2.4). */
import { ErrorCode } from '@remctl/core';
import { Continue, MESSAGE_MAX_LENGTH } from '@remctl/core/wire';
import { INVALID_COMMAND, TOO_MUCH_DATA } from '../error-texts.js';
import type { Refusal } from '../refusal.js';
import type { ByteBudget } from './byte-budget.js';
import { COMMAND_HEADER_LENGTH, CONTINUE_OFFSET } from './messages-v2.js';

export interface CommandAssembly {
  /** Whether a command has begun and has not ended. */
  isContinued(): boolean;
  /**
   * Takes a MESSAGE_COMMAND of any length. Returns the command, without any header, once it is whole, and
   * undefined before. A refusal forgets what came of the command.
   */
  take(message: Buffer): Buffer | Refusal | undefined;
  /** Forgets the command, and gives its bytes back to the budget. To be called when a command has ended, too. */
  release(): void;
}

export interface AssemblyOptions {
  /** Bytes of a command: fewer than this. */
  readonly commandBytes: number;
  /** Counts the bytes of commands that come in several messages. */
  readonly budget: ByteBudget;
}

/**
 * Bytes of joined pieces, at most. Each piece takes memory beside its bytes, and the budget counts bytes alone:
 * a client could send pieces of one byte, or of none, without end.
 */
const JOINED_MOST = MESSAGE_MAX_LENGTH;

function tooMuch(reason: string): Refusal {
  return { code: ErrorCode.ERROR_TOOMUCH_DATA, message: TOO_MUCH_DATA, reason };
}

function badCommand(reason: string): Refusal {
  return { code: ErrorCode.ERROR_BAD_COMMAND, message: INVALID_COMMAND, reason };
}

/** Makes the assembly of one connection. */
export function createCommandAssembly(options: AssemblyOptions): CommandAssembly {
  const { commandBytes, budget } = options;
  let pieces: Buffer[] = [];
  let total = 0;
  let continued = false;

  function release(): void {
    pieces = [];
    budget.give(total);
    total = 0;
    continued = false;
  }

  /** Keeps a piece, joined with those before it that are not longer: each byte is copied a few times at most. */
  function keep(data: Buffer): void {
    let piece = data;
    for (;;) {
      const last = pieces.at(-1);
      if (
        last === undefined ||
        last.length > piece.length ||
        last.length + piece.length > JOINED_MOST
      ) {
        break;
      }
      pieces.pop();
      piece = Buffer.concat([last, piece]);
    }
    pieces.push(piece);
  }

  function refusalOf(message: Buffer): Refusal | undefined {
    if (message.length > MESSAGE_MAX_LENGTH) {
      return tooMuch(`command data length ${message.length} exceeds 64KB`);
    }
    const status = message[CONTINUE_OFFSET];
    if (status === undefined) {
      return badCommand('command data too short');
    }
    // The specification allows no other order. remctld takes a whole command for the last piece, too.
    const fits = continued
      ? status === Continue.MIDDLE || status === Continue.LAST
      : status === Continue.WHOLE || status === Continue.FIRST;
    if (!fits) {
      return badCommand(`bad continue status ${status}`);
    }
    const length = message.length - COMMAND_HEADER_LENGTH;
    if (total + length >= commandBytes) {
      return tooMuch(`total command length ${total + length} exceeds ${commandBytes}`);
    }
    if (status !== Continue.WHOLE && !budget.take(length)) {
      return tooMuch('the commands under way have too much data together');
    }
    return undefined;
  }

  return {
    isContinued: () => continued,
    take(message) {
      const refusal = refusalOf(message);
      if (refusal !== undefined) {
        release();
        return refusal;
      }
      const status = message[CONTINUE_OFFSET];
      const data = message.subarray(COMMAND_HEADER_LENGTH);
      if (status === Continue.WHOLE) {
        return data;
      }
      keep(data);
      total += data.length;
      continued = status !== Continue.LAST;
      if (continued) {
        return undefined;
      }
      const whole = Buffer.concat(pieces, total);
      pieces = [];
      return whole;
    },
    release,
  };
}
