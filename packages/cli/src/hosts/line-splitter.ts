/** Cuts a command's output into lines, however it arrives. */

const LINE_FEED = 0x0a;
/** The two high bits of a byte that continues a character of UTF-8. */
const CONTINUATION_MASK = 0xc0;
const CONTINUATION = 0x80;
/** Bytes that follow the first of a character at most. */
const MAX_CONTINUATIONS = 3;

/** Bytes of a line that are held at most: a longer line is cut into several. */
export const MAX_LINE = 1024 * 1024;

/** Takes output piece by piece and gives whole lines. */
export interface LineSplitter {
  /** Returns the lines that end in this piece, without their line feeds. */
  push(piece: Uint8Array): Uint8Array[];
  /** Returns the last line if it has no line feed. */
  end(): Uint8Array | undefined;
}

/** Returns where to cut a line of more than `limit` bytes: at `limit`, or before the character there. */
function cutAt(line: Uint8Array, limit: number): number {
  const isContinuation = (at: number) => ((line[at] ?? 0) & CONTINUATION_MASK) === CONTINUATION;
  for (let at = limit; at >= Math.max(1, limit - MAX_CONTINUATIONS); at -= 1) {
    if (!isContinuation(at)) {
      return at;
    }
  }
  return limit;
}

/**
 * Makes a splitter for one stream of one host. It holds at most `limit` bytes; the lines do not
 * depend on how the output was cut into pieces. A character of UTF-8 stays whole.
 */
export function createLineSplitter(limit = MAX_LINE): LineSplitter {
  // A copy, because many small pieces would hold much more memory than their bytes.
  let held = Buffer.alloc(0);
  let length = 0;

  const hold = (piece: Uint8Array) => {
    if (length + piece.length > held.length) {
      const larger = Buffer.alloc(2 * (length + piece.length));
      larger.set(held.subarray(0, length));
      held = larger;
    }
    held.set(piece, length);
    length += piece.length;
  };
  const take = (): Uint8Array => {
    const line = held.subarray(0, length);
    held = Buffer.alloc(0);
    length = 0;
    return line;
  };
  /** Gives the parts of a line that is too long, and returns what is left of it. */
  const cutLine = (line: Uint8Array, lines: Uint8Array[]): Uint8Array => {
    let rest = line;
    while (rest.length > limit) {
      const at = cutAt(rest, limit);
      lines.push(rest.subarray(0, at));
      rest = rest.subarray(at);
    }
    return rest;
  };
  /** Returns the held bytes with more behind them. */
  const joined = (more: Uint8Array): Uint8Array => {
    if (length === 0) {
      return more;
    }
    hold(more);
    return take();
  };

  return {
    push(piece) {
      const lines: Uint8Array[] = [];
      let start = 0;
      for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
        lines.push(cutLine(joined(piece.subarray(start, end)), lines));
        start = end + 1;
      }
      hold(piece.subarray(start));
      if (length > limit) {
        hold(cutLine(take(), lines));
      }
      return lines;
    },
    end() {
      return length === 0 ? undefined : take();
    },
  };
}
