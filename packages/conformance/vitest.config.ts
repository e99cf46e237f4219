/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests start a vitest of their own, with a realm.
    testTimeout: 60_000,
    reporters: ['default', results()],
  },
});
