/** Declares check-prebuilt.mjs. */

export function faultsOf(file: string, system: string): string[];
