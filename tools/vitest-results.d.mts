import type { Reporter } from 'vitest/node';

/** A reporter that leaves the run's counts in `.results/summary.json` of the package. */
export default function results(): Reporter;
