/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some cases wait for a server on purpose, and 50 MB take long on a busy machine.
    testTimeout: 30_000,
    reporters: ['default', results()],
  },
});
