/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../tools/property-runs.mjs'],
    // Some cases wait for a server on purpose, and 50 MB of output take a while on a busy machine.
    testTimeout: 30_000,
    reporters: ['default', results()],
  },
});
