/** Tokens that have arrived before their reader, in order. */
import { type ServerToken, STDERR, STDOUT } from '../tokens.js';
import { keptOutput } from './kept-output.js';

export interface KeptTokens {
  /** Keeps a token. Throws RemctlOutputLimitError if more output than the limit would be kept then. */
  add(token: ServerToken): void;
  /**
   * Takes the next token. Its output may join that of several tokens, or be a part of one's. Returns
   * undefined if nothing is kept.
   */
  take(): ServerToken | undefined;
}

/**
 * Keeps at most `limit` bytes of output, in about twice their memory. Streams that alternate take eight
 * bytes more for each change of the stream.
 */
export function keptTokens(limit: number): KeptTokens {
  const output = keptOutput(limit);
  /** How many bytes of one stream follow how many of the other: STDOUT, STDERR, STDOUT and so on. */
  const turns = [0];
  /** The turn that is being taken. */
  let at = 0;
  /** The status or error token. */
  let end: ServerToken | undefined;
  const streamOf = (turn: number) => (turn % 2 === 0 ? STDOUT : STDERR);

  return {
    add(token) {
      if (token.type !== 'output') {
        end = token;
        return;
      }
      output.add(token.stream, token.output);
      if (streamOf(turns.length - 1) !== token.stream) {
        turns.push(0);
      }
      turns[turns.length - 1] = (turns.at(-1) ?? 0) + token.output.length;
    },
    take() {
      while (turns[at] === 0 && at + 1 < turns.length) {
        at += 1;
      }
      const left = turns[at] ?? 0;
      const stream = streamOf(at);
      const piece = left === 0 ? undefined : output.take(stream, left);
      if (piece === undefined) {
        const last = end;
        end = undefined;
        return last;
      }
      turns[at] = left - piece.length;
      return { type: 'output', stream, output: piece };
    },
  };
}
