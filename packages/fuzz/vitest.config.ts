import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../tools/property-runs.mjs'],
    // A file after the other: what is measured of memory is the process's.
    fileParallelism: false,
    reporters: ['default', results()],
  },
});
