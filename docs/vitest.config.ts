/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One test waits for a group of documents whose examples run one after the other.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: ['default', results()],
  },
});
