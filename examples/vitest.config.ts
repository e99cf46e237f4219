/** How vitest runs the examples' tests. */
import { defineConfig } from 'vitest/config';
import results from '../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The programs run as processes of their own, on a machine that may be busy.
    testTimeout: 60_000,
    reporters: ['default', results()],
  },
});
