/** Types of vitest-results.mjs. */
import type { Reporter } from 'vitest/node';

/** Returns a reporter that writes the run's counts into `.results/summary.json` of the package. */
export default function results(): Reporter;
