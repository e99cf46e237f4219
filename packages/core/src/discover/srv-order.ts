/** The order in which to try the targets of SRV records. */

/** The fields of an SRV record that say when its turn is (RFC 2782). */
export interface SrvTurn {
  /** 0 to 65535; lower ones come first. */
  readonly priority: number;
  /** 0 to 65535; among equal priorities, higher ones are likelier to come first. */
  readonly weight: number;
}

/** Takes one record at random, each in proportion to its weight, those of weight 0 hardly ever before others. */
function takeOne<T extends SrvTurn>(left: T[], random: () => number): T[] {
  const total = left.reduce((sum, { weight }) => sum + weight, 0);
  // From 0 to the total, both included: a record of weight 0 has a small chance too.
  const chosen = Math.floor(random() * (total + 1));
  let sum = 0;
  const index = left.findIndex(({ weight }) => {
    sum += weight;
    return sum >= chosen;
  });
  return left.splice(index, 1);
}

/**
 * Returns the records by priority, and by weighted chance within a priority (RFC 2782, "Weight"). `random` gives
 * numbers from 0 to below 1.
 */
export function inSrvOrder<T extends SrvTurn>(
  records: readonly T[],
  random: () => number = Math.random,
): T[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort(
    (one, other) => one - other,
  );
  return priorities.flatMap((wanted) => {
    // Those of weight 0 stand at the beginning, as the RFC has it.
    const left = records
      .filter(({ priority }) => priority === wanted)
      .sort((one, other) => Number(one.weight > 0) - Number(other.weight > 0));
    const ordered: T[] = [];
    while (left.length > 0) {
      ordered.push(...takeOne(left, random));
    }
    return ordered;
  });
}
