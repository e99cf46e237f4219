/** Output tokens that have arrived before their reader, in order. */

import type { OutputToken } from '../tokens.js';
import { keptOutput, type Stream } from './kept-output.js';

export interface KeptTokens {
  /** Keeps a token's output. Throws RemctlOutputLimitError if more than the limit would be kept then. */
  add(token: OutputToken): void;
  /**
   * Takes the next output. It may join the output of several tokens, and divide that of one. Returns
   * undefined if none is kept.
   */
  take(): OutputToken | undefined;
}

interface Turn {
  readonly stream: Stream;
  /** Bytes. */
  length: number;
}

/** Keeps at most `limit` bytes. Streams that alternate byte by byte take the most memory. */
export function keptTokens(limit: number): KeptTokens {
  const output = keptOutput(limit);
  /** Whose output follows whose: without it the order between the two streams would be lost. */
  const turns: Turn[] = [];
  return {
    add({ stream, output: piece }) {
      output.add(stream, piece);
      const last = turns.at(-1);
      if (last?.stream === stream) {
        last.length += piece.length;
      } else if (piece.length > 0) {
        turns.push({ stream, length: piece.length });
      }
    },
    take() {
      const turn = turns[0];
      const piece = turn && output.take(turn.stream, turn.length);
      if (turn === undefined || piece === undefined) {
        return undefined;
      }
      turn.length -= piece.length;
      if (turn.length === 0) {
        turns.shift();
      }
      return { type: 'output', stream: turn.stream, output: piece };
    },
  };
}
