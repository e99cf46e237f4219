/** Compares what a server ran with what its clients know. */
import type { JournalEntries } from './client-journal.js';

export interface LedgerAccount {
  readonly finished: number;
  /** Commands whose client died before their answer. */
  readonly unknown: number;
  /** Those of them that ran. */
  readonly unknownThatRan: number;
  /** One sentence for each contradiction. */
  readonly faults: readonly string[];
}

/**
 * Compares the ledger, one id for each run, with the journals of all client processes. A finished
 * command must have run once, a begun one at most once, and any other one never.
 */
export function accountOf(
  journals: readonly JournalEntries[],
  ledger: Iterable<number>,
): LedgerAccount {
  const runs = new Map<number, number>();
  for (const id of ledger) {
    runs.set(id, (runs.get(id) ?? 0) + 1);
  }
  const faults: string[] = [];
  let finished = 0;
  let unknown = 0;
  let unknownThatRan = 0;
  for (const entries of journals) {
    for (const id of entries.begun) {
      const ran = runs.get(id) ?? 0;
      runs.delete(id);
      if (entries.finished.has(id)) {
        finished += 1;
        if (ran !== 1) {
          faults.push(`command ${id} finished, and ran ${ran} times`);
        }
      } else {
        unknown += 1;
        unknownThatRan += ran;
        if (ran > 1) {
          faults.push(`command ${id} has no answer, and ran ${ran} times`);
        }
      }
    }
  }
  for (const [id, ran] of runs) {
    faults.push(`command ${id}, which nobody began, ran ${ran} times`);
  }
  return { finished, unknown, unknownThatRan, faults };
}
