// Bundles the program: one CommonJS file for src/main.ts and for each src/**/NAME-entry.ts.
//
// main.ts loads an entry by `await import('./folder/NAME-entry.js')`. In the bundle this becomes a
// require of the neighbouring file NAME.cjs. A new entry is found by its name.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The folder of this package. */
export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(PACKAGE, 'src');
const MAIN = 'remctl';
/** The oldest Node that package.json's `engines` allows. */
const TARGET = 'node20.19';
const ENTRY = /-entry\.(?:js|ts)$/;

/** Returns the entries of the bundle: each file's name without `.cjs`, and its source. */
function entryPoints() {
  const entries = readdirSync(SOURCE, { recursive: true }).filter((path) => ENTRY.test(path));
  const points = { [MAIN]: join(SOURCE, 'main.ts') };
  for (const path of entries.sort()) {
    const name = basename(path).replace(ENTRY, '');
    if (points[name] !== undefined) {
      throw new Error(`two entries have the name ${name}: rename ${path}`);
    }
    points[name] = join(SOURCE, path);
  }
  return points;
}

/** Turns the dynamic import of an entry into a require of the entry's own file. */
const neighbours = {
  name: 'neighbours',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: ENTRY }, ({ kind, path }) =>
      kind === 'dynamic-import'
        ? { namespace: 'neighbour', path: `./${basename(path).replace(ENTRY, '')}.cjs` }
        : undefined,
    );
    onResolve({ filter: /\.cjs$/, namespace: 'neighbour' }, ({ path }) => ({
      external: true,
      path,
    }));
    onLoad({ filter: /./, namespace: 'neighbour' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/**
 * Writes the bundle into a folder, which becomes `bundle` of the package. `version` is the
 * package's. Returns the paths, relative to the package, of all files whose
 * code is in the bundle.
 */
export async function writeBundle(folder, version) {
  const { metafile } = await build({
    absWorkingDir: PACKAGE,
    bundle: true,
    // A path does where import.meta.url stands: createRequire() takes both, and makes no URL at start-up.
    define: { 'import.meta.url': '__filename', REMCTL_VERSION: JSON.stringify(version) },
    entryPoints: entryPoints(),
    format: 'cjs',
    legalComments: 'none', // THIRD-PARTY-NOTICES.txt has them
    logLevel: 'warning',
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    outExtension: { '.js': '.cjs' },
    outdir: folder,
    platform: 'node',
    plugins: [neighbours],
    target: TARGET,
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}
