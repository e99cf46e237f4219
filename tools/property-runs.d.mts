/** Types of property-runs.mjs. */

/** Whether REMCTL_LONG=1 asks for the long run. */
export const LONG: boolean;

/**
 * Returns a property's options: `times` inputs in `npm test`, 200 times as many in the long run.
 */
export function runs(times: number): { readonly numRuns: number };
