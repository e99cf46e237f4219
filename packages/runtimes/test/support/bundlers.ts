/** The bundlers: each writes an application into one folder, and gives the program's file. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { rollup } from 'rollup';

export type Format = 'esm' | 'cjs';

/** Bundles the application into `folder`. Returns the program's file. Throws on a warning. */
export type Bundler = (format: Format, folder: string) => Promise<string>;

const APPLICATION = fileURLToPath(new URL('../fixture/application.mjs', import.meta.url));
const extension = (format: Format) => (format === 'esm' ? 'mjs' : 'cjs');

function refuseWarnings(warnings: readonly string[]): void {
  if (warnings.length > 0) {
    throw new Error(`the bundler warns: ${warnings.join('; ')}`);
  }
}

const byEsbuild =
  (minify: boolean): Bundler =>
  async (format, folder) => {
    const outfile = join(folder, `application.${extension(format)}`);
    const { warnings } = await build({
      bundle: true,
      entryPoints: [APPLICATION],
      format,
      logLevel: 'silent',
      minify,
      outfile,
      platform: 'node',
    });
    refuseWarnings(warnings.map(({ text }) => text));
    return outfile;
  };

const byRollup: Bundler = async (format, folder) => {
  const warnings: string[] = [];
  const bundle = await rollup({
    input: APPLICATION,
    onwarn: ({ message }) => warnings.push(message),
    plugins: [nodeResolve({ preferBuiltins: true })],
  });
  const entry = `application.${extension(format)}`;
  await bundle.write({
    chunkFileNames: `[name]-[hash].${extension(format)}`,
    dir: folder,
    entryFileNames: entry,
    format,
  });
  await bundle.close();
  refuseWarnings(warnings);
  return join(folder, entry);
};

export const bundlers = {
  esbuild: byEsbuild(false),
  'esbuild, minified': byEsbuild(true),
  rollup: byRollup,
} as const satisfies Readonly<Record<string, Bundler>>;
