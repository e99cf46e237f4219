/** Counts hosts by outcome, and keeps them by reason. */
import type { HostResult } from '@remctl/core';
import { OUTCOMES, type Outcome, outcomeOf, sharedReasonOf } from './outcome.js';

/** Hosts with one outcome for one reason. */
export interface HostGroup {
  readonly outcome: Outcome;
  readonly reason: string | undefined;
  readonly hosts: readonly string[];
}

export interface Tally {
  add(result: HostResult): void;
  count(outcome: Outcome): number;
  /** Returns how many hosts were added. */
  total(): number;
  /** Returns the groups in the order of `OUTCOMES`, the largest of an outcome first. */
  groups(): HostGroup[];
}

/** Makes a tally without hosts. */
export function createTally(): Tally {
  const byKey = new Map<string, HostGroup & { readonly hosts: string[] }>();
  const counts = new Map<Outcome, number>();
  const count = (outcome: Outcome) => counts.get(outcome) ?? 0;
  return {
    add(result) {
      const outcome = outcomeOf(result);
      const reason = sharedReasonOf(result);
      counts.set(outcome, count(outcome) + 1);
      const key = `${outcome}\n${reason ?? ''}`;
      const group = byKey.get(key) ?? { outcome, reason, hosts: [] };
      group.hosts.push(result.host);
      byKey.set(key, group);
    },
    count,
    total: () => OUTCOMES.reduce((sum, outcome) => sum + count(outcome), 0),
    groups() {
      const all = [...byKey.values()];
      return OUTCOMES.flatMap((outcome) =>
        all
          .filter((group) => group.outcome === outcome)
          .sort((one, other) => other.hosts.length - one.hosts.length),
      );
    },
  };
}
