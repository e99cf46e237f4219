/** One line at the end of the terminal that is drawn again and again. */
import { writeSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import { STDERR_FD } from '../terminal/write.js';

/** Milliseconds between two drawings. */
const INTERVAL_MS = 100;
/** The size of a terminal that does not say its own. */
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

export interface LiveLine {
  /** Removes the line until it is drawn again. Call it before anything else is written. */
  hide(): void;
  /** Removes the line for good. */
  end(): void;
}

export interface LiveLineOptions {
  /** Returns the line. It gets the number of characters that fit. */
  readonly text: (columns: number) => string;
  /** Whether nothing else is being written just now. */
  readonly mayDraw: () => boolean;
}

/**
 * Writes to the terminal at once: what is written after it must not overtake it. A terminal that
 * has gone, or takes nothing now, misses a drawing.
 */
function writeNow(bytes: string): void {
  try {
    writeSync(STDERR_FD, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) {
      throw error;
    }
  }
}

/** Draws a line on standard error, which is a terminal, several times a second. */
export function startLiveLine({ text, mayDraw }: LiveLineOptions): LiveLine {
  // A terminal of size 0 does not know its size; log-update would draw nothing there.
  const terminal = {
    isTTY: true,
    get columns() {
      return process.stderr.columns || USUAL_COLUMNS;
    },
    get rows() {
      return process.stderr.rows || USUAL_ROWS;
    },
    write: writeNow,
  };
  const draw = createLogUpdate(terminal as unknown as WriteStream, { showCursor: true });
  let isDrawn = false;
  const hide = () => {
    if (isDrawn) {
      isDrawn = false;
      draw.clear();
    }
  };
  const timer = setInterval(() => {
    if (mayDraw()) {
      isDrawn = true;
      draw(text(terminal.columns - 1));
    }
  }, INTERVAL_MS);
  timer.unref();
  return {
    hide,
    end() {
      clearInterval(timer);
      hide();
    },
  };
}
