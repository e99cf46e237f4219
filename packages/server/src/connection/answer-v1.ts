/** The answer to a command in protocol 1: one message with everything. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Answer } from './channel.js';
import { answerMessage, ERROR_STATUS, OUTPUT_MAX_LENGTH_V1 } from './messages-v1.js';

const SETTLED = Promise.resolve();

/**
 * Makes the answer to one command. `send` protects a message and queues it. Output of both streams goes into
 * one message; what does not fit is dropped, as remctld drops it. An error replaces the output.
 */
export function createAnswerV1(send: (message: Uint8Array) => void): Answer {
  let given = false;
  let pieces: Buffer[] = [];
  let kept = 0;

  function give(status: number, output: Uint8Array): void {
    if (!given) {
      given = true;
      pieces = [];
      send(answerMessage(status, output));
    }
  }

  return {
    output(_stream, output) {
      const piece = output.subarray(0, OUTPUT_MAX_LENGTH_V1 - kept);
      if (!given && piece.length > 0) {
        pieces.push(Buffer.from(piece));
        kept += piece.length;
      }
      // No client slows down a command whose output is dropped: others must have their turn.
      return given || kept === OUTPUT_MAX_LENGTH_V1 ? nextTurn() : SETTLED;
    },
    status: (status) => give(status, Buffer.concat(pieces, kept)),
    error(_code, message) {
      give(ERROR_STATUS, Buffer.from(`${message}\n`).subarray(0, OUTPUT_MAX_LENGTH_V1));
    },
    isGiven: () => given,
    whenSent: () => SETTLED,
  };
}
