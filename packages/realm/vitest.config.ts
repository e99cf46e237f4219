/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each test starts one or two realms, and kinit waits a while for a KDC that does not answer.
    testTimeout: 30_000,
    reporters: ['default', results()],
  },
});
