/** Notes whether output ends in the middle of a terminal's line. */
import { STDERR } from '@remctl/core';
import type { Report } from '../run/report.js';

const LINE_FEED = 0x0a;

/** The streams that lead to the terminal. */
export interface TerminalStreams {
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** A report that knows where the terminal's cursor stands. */
export interface CursorReport extends Report {
  /** Returns whether the last output left its line open, and forgets that. */
  takeOpenLine(): boolean;
}

/** Returns the report, with a look at its output: a prompt must not stand on the output's last line. */
export function withCursor(report: Report, to: TerminalStreams): CursorReport {
  let isOpen = false;
  return {
    ...report,
    async token(token) {
      if (token.type === 'error') {
        isOpen = false;
      } else if (token.type === 'output' && (token.stream === STDERR ? to.stderr : to.stdout)) {
        const last = token.output.at(-1);
        isOpen = last === undefined ? isOpen : last !== LINE_FEED;
      }
      await report.token(token);
    },
    takeOpenLine() {
      const was = isOpen;
      isOpen = false;
      return was;
    },
  };
}
