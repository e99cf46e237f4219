// Bundles the program: one CommonJS file for src/main.ts and for each src/**/NAME-entry.ts.
//
// main.ts loads an entry by `await import('./folder/NAME-entry.js')`. In the bundle this becomes a
// require of the neighbouring file NAME.cjs. A new entry is found by its name. Each entry has what it
// needs of the libraries in its own file, except that the entry `run` loads the pure backend from a file
// beside it, and thus starts faster with the native backend, and that the curves of SPAKE, which few
// KDCs ask for, are in a file of their own.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { LAUNCHER } from './launcher.mjs';

/** The folder of this package. */
export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(PACKAGE, 'src');
const MAIN = 'remctl';
const RUN = 'run';
const PURE_BACKEND = 'pure-backend';
/** The file of @remctl/krb5 that loads the library of elliptic curves. */
const CURVES = 'spake-curves';
const CURVES_MODULE = '@remctl/krb5/internal/preauth/spake/spake-curves';
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

/** Makes the import of the curves a require of their file, which is read when a KDC wants SPAKE. */
const curvesOnDemand = {
  name: 'the curves on demand',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\/spake-curves\.js$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { namespace: 'curves', path: `./${CURVES}.cjs` } : undefined,
    );
    onResolve({ filter: /./, namespace: 'curves' }, ({ path }) => ({ external: true, path }));
    onLoad({ filter: /./, namespace: 'curves' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/** Makes the entry `run` load the pure backend from a file of its own: the native backend does without. */
const pureBackendOnDemand = {
  name: 'the pure backend on demand',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@remctl\/pure-backend$/ }, () => ({
      namespace: 'on demand',
      path: `./${PURE_BACKEND}.cjs`,
    }));
    onResolve({ filter: /./, namespace: 'on demand' }, ({ path }) => ({ external: true, path }));
    onLoad({ filter: /./, namespace: 'on demand' }, async ({ path }) => {
      const names = Object.keys(await import('@remctl/pure-backend'));
      const getters = names.map((name) => `get ${name}() { return require('${path}').${name}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };` };
    });
  },
};

/** Puts the launcher in the place of a program's first line. */
function launch(path) {
  const [first, ...others] = readFileSync(path, 'utf8').split('\n');
  if (!first.startsWith('#!')) {
    throw new Error(`${path} begins with no #!`);
  }
  writeFileSync(path, LAUNCHER + others.join('\n'));
}

/**
 * Writes the bundle into a folder, which becomes `bundle` of the package. `version` is the
 * package's. Returns the paths, relative to the package, of all files whose
 * code is in the bundle.
 */
export async function writeBundle(folder, version) {
  const { [RUN]: run, ...others } = entryPoints();
  const options = {
    absWorkingDir: PACKAGE,
    bundle: true,
    // A path does where import.meta.url stands: createRequire() takes both, and makes no URL at start-up.
    define: { 'import.meta.url': '__filename', REMCTL_VERSION: JSON.stringify(version) },
    format: 'cjs',
    legalComments: 'none', // THIRD-PARTY-NOTICES.txt has them
    logLevel: 'warning',
    metafile: true,
    minify: true, // V8 reads every byte of a file before it runs the first line
    outExtension: { '.js': '.cjs' },
    outdir: folder,
    platform: 'node',
    target: TARGET,
  };
  const pureBackend = fileURLToPath(import.meta.resolve('@remctl/pure-backend'));
  const curves = createRequire(pureBackend).resolve(CURVES_MODULE);
  const parts = [
    { entryPoints: { [RUN]: run }, plugins: [neighbours, pureBackendOnDemand] },
    { entryPoints: { [PURE_BACKEND]: pureBackend }, plugins: [curvesOnDemand] },
    { entryPoints: { [CURVES]: curves } },
    { entryPoints: others, plugins: [neighbours, curvesOnDemand] },
  ];
  const built = await Promise.all(parts.map((part) => build({ ...options, ...part })));
  launch(join(folder, `${MAIN}.cjs`));
  const inputs = built
    .flatMap(({ metafile }) => Object.values(metafile.outputs))
    .flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}
