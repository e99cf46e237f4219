// Middle values, rates and ratios of measured rounds.

/** Returns the middle value; of an even number of values the upper one of the two. */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Returns an object with the same keys, and each value changed. */
export function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
