/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../tools/property-runs.mjs'],
    // Some cases start real programs, on a machine that may be busy.
    testTimeout: 30_000,
    reporters: ['default', results()],
  },
});
