/** The file in which a client process notes its commands. */
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** The state of a command by its client's journal. A command that is in neither set was never begun. */
export interface JournalEntries {
  readonly begun: ReadonlySet<number>;
  readonly finished: ReadonlySet<number>;
}

const BEGUN = 'b';
const FINISHED = 'f';

/** Writes a journal: each line by one write, so that a killed process leaves whole lines. */
export function appendToJournal(path: string): {
  begin(id: number): void;
  finish(id: number): void;
} {
  const file = openSync(path, 'a');
  return {
    begin: (id) => void writeSync(file, `${BEGUN} ${id}\n`),
    finish: (id) => void writeSync(file, `${FINISHED} ${id}\n`),
  };
}

/** Reads a journal; without a file nothing was begun. */
export function readJournal(path: string): JournalEntries {
  const begun = new Set<number>();
  const finished = new Set<number>();
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  for (const line of text.split('\n')) {
    const [kind, id] = line.split(' ');
    if (kind === BEGUN) {
      begun.add(Number(id));
    } else if (kind === FINISHED) {
      finished.add(Number(id));
    }
  }
  return { begun, finished };
}
