// Bundles the compiled package into one file: a program that runs one command starts much faster so.
//
// The errors of core are in the file too. Each copy of core knows the errors of the others: see
// core/src/brand-error.ts.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  bundle: true,
  entryPoints: ['dist/index.js'],
  format: 'esm',
  logLevel: 'warning',
  outfile: 'bundle/index.js',
  platform: 'node',
  target: 'node20.19',
});
