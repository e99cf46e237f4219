/** How vitest runs this package's tests. */
import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../tools/property-runs.mjs'],
    reporters: ['default', results()],
  },
});
