/** Output that has arrived and that nobody has read yet. */
import { RemctlOutputLimitError } from '../errors.js';
import { STDERR, STDOUT } from '../tokens.js';

export type Stream = typeof STDOUT | typeof STDERR;

/** Bytes of a chunk at most. Small pieces share a chunk: each array has its own cost. */
const CHUNK_LENGTH = 64 * 1024;
const FIRST_CHUNK_LENGTH = 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  /** Bytes that were taken. */
  taken: number;
  filled: number;
}

export interface KeptOutput {
  /** Keeps a piece. Throws RemctlOutputLimitError if more than the limit would be kept then. */
  add(stream: Stream, piece: Uint8Array): void;
  /** Takes the next bytes of a stream, `most` at most. Returns undefined if none are kept. */
  take(stream: Stream, most?: number): Uint8Array | undefined;
  /** Whether nothing is kept of a stream. */
  isEmpty(stream: Stream): boolean;
  /** Forgets what is kept of a stream. */
  discard(stream: Stream): void;
}

/** Keeps at most `limit` bytes of both streams together, in about twice their memory. */
export function keptOutput(limit: number): KeptOutput {
  const chunks: Record<Stream, Chunk[]> = { [STDOUT]: [], [STDERR]: [] };
  let kept = 0;
  return {
    add(stream, piece) {
      if (kept + piece.length > limit) {
        throw outputLimit(limit, 'output that was not read');
      }
      kept += piece.length;
      const queue = chunks[stream];
      const last = queue.at(-1);
      if (last !== undefined && last.bytes.length - last.filled >= piece.length) {
        last.bytes.set(piece, last.filled);
        last.filled += piece.length;
        return;
      }
      const doubled = Math.min((last?.bytes.length ?? FIRST_CHUNK_LENGTH / 2) * 2, CHUNK_LENGTH);
      const bytes = new Uint8Array(Math.max(doubled, piece.length));
      bytes.set(piece);
      queue.push({ bytes, taken: 0, filled: piece.length });
    },
    take(stream, most = Number.POSITIVE_INFINITY) {
      const chunk = chunks[stream][0];
      if (chunk === undefined) {
        return undefined;
      }
      const start = chunk.taken;
      chunk.taken = Math.min(chunk.filled, start + most);
      if (chunk.taken === chunk.filled) {
        chunks[stream].shift();
      }
      kept -= chunk.taken - start;
      return chunk.bytes.subarray(start, chunk.taken);
    },
    isEmpty: (stream) => chunks[stream].length === 0,
    discard(stream) {
      for (const { taken, filled } of chunks[stream]) {
        kept -= filled - taken;
      }
      chunks[stream] = [];
    },
  };
}

/** The error for `what` beyond `limit` bytes. */
export function outputLimit(limit: number, what: string): RemctlOutputLimitError {
  return new RemctlOutputLimitError(
    `the command wrote more than ${limit} bytes of ${what}: read run.stdout and run.stderr as they come, ` +
      'cancel the one that is not wanted, or raise maxOutput',
    limit,
  );
}
