/** Values of a wrong type, as callers without TypeScript pass them. */

/** Returns `value` as whatever type the call wants. */
export const loose = <T>(value: unknown) => value as T;
