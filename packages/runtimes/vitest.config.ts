/** vitest's settings for this package. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests start another vitest, and a realm in it.
    testTimeout: 60_000,
    reporters: ['default', results()],
  },
});
