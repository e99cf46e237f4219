/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/rehearse.ts'],
    // Each test installs packages or compiles with them, and a machine may be busy.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    reporters: ['default', results()],
  },
});
