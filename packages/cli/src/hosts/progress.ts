/** Which hosts run, and the live line that says so. */
import { visible } from '../terminal/visible-controls.js';
import { durationText } from './duration-text.js';

/** Hosts that the line names at most. */
const MAX_SLOWEST = 3;

/** The hosts that are under way, and how many are done. */
export interface Progress {
  begin(host: string): void;
  end(host: string, didFail: boolean): void;
  /** Returns the line, of at most `columns` characters. */
  line(columns: number): string;
}

/** Makes the progress of `all` hosts. `now` gives milliseconds. */
export function createProgress(all: number, now: () => number): Progress {
  // A Map keeps the order of its keys, so the first host has run for longest.
  const running = new Map<string, number>();
  const start = now();
  let done = 0;
  let failed = 0;
  return {
    begin(host) {
      running.set(host, now());
    },
    end(host, didFail) {
      running.delete(host);
      done += 1;
      failed += didFail ? 1 : 0;
    },
    line(columns) {
      const moment = now();
      const slowest = [...running]
        .slice(0, MAX_SLOWEST)
        .map(([host, begun]) => `${visible(host)} ${durationText(moment - begun)}`);
      const text =
        `${done}/${all} done, ${running.size} running, ${failed} failed, ` +
        `${durationText(moment - start)}${slowest.length === 0 ? '' : `; slowest: ${slowest.join(', ')}`}`;
      return text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
    },
  };
}
