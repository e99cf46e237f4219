/** Whether REMCTL_LONG=1 asks for the long run. */
export const LONG: boolean;

/** The options of a property that `npm test` tries with `times` inputs, and the long run with more. */
export function runs(times: number): { readonly numRuns: number };
