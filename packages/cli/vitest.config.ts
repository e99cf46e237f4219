/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each test starts one or two processes, on a machine that may be busy.
    testTimeout: 30_000,
    reporters: ['default', results()],
  },
});
