import { defineConfig } from 'vitest/config';
import results from '../../tools/vitest-results.mjs';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], reporters: ['default', results()] },
});
