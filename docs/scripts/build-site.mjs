// Builds the site: the guides, and the reference of every published package.
//
// node scripts/build-site.mjs [folder]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter } from 'typedoc';
import { repositoryLinks } from '../../tools/release/repository.mjs';
import { GUIDES } from './guides.mjs';

const DOCS = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(DOCS, '..');
const PACKAGES = join(ROOT, 'packages');

/** The languages of the documents' blocks. */
const HIGHLIGHTED = [
  'c',
  'console',
  'dockerfile',
  'ini',
  'js',
  'json',
  'perl',
  'python',
  'sh',
  'text',
  'ts',
];

/** A link that leads nowhere fails the build. */
const VALIDATION = {
  invalidLink: true,
  invalidPath: true,
  rewrittenLink: true,
  notExported: false,
};

/** The published packages with what a program can import, except what only sister packages may. */
function packagesToDescribe() {
  return readdirSync(PACKAGES)
    .map((name) => {
      const { private: isPrivate, exports = {} } = JSON.parse(
        readFileSync(join(PACKAGES, name, 'package.json'), 'utf8'),
      );
      const entryPoints = Object.entries(exports)
        .filter(([path]) => path !== './package.json' && !path.includes('*'))
        .map(([path, { types }]) => ({
          imported: join('@remctl', name, path),
          source: types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts'),
        }));
      return { name, folder: join(PACKAGES, name), isPrivate, entryPoints };
    })
    .filter(({ isPrivate, entryPoints }) => isPrivate !== true && entryPoints.length > 0);
}

/** Throws Error if typedoc has found a fault: it has printed which. */
function checkFaults({ logger }, what) {
  if (logger.hasErrors() || logger.hasWarnings()) {
    throw new Error(`${what}: see the warnings above`);
  }
}

/** Has links to a folder lead to the folder's README.md, as a repository's host shows them. */
function followFolders({ files }) {
  const registerFile = files.registerAbsolute.bind(files);
  files.registerAbsolute = (target) => {
    const [path, anchor] = target.split('#');
    const readme = join(path, 'README.md');
    return registerFile(existsSync(readme) ? [readme, anchor].filter(Boolean).join('#') : target);
  };
}

/** Writes what a package's sources say into a file of JSON. */
async function describe({ name, folder, entryPoints }, file) {
  const app = await Application.bootstrap({
    name: `@remctl/${name}`,
    entryPoints: entryPoints.map(({ source }) => join(folder, source)),
    basePath: ROOT,
    readme: join(folder, 'README.md'),
    tsconfig: join(folder, 'tsconfig.build.json'),
    // The package's own build has checked its types.
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    alwaysCreateEntryPointModule: false,
    // typedoc's paths begin in the folder that holds all entry points.
    disableGit: true,
    gitRevision: 'main',
    sourceLinkTemplate: `${repositoryLinks().page}/blob/{gitRevision}/packages/${name}/src/{path}#L{line}`,
    logLevel: 'Warn',
  });
  followFolders(app);
  const project = await app.convert();
  if (project === undefined) {
    throw new Error(`${name}: typedoc cannot read its sources`);
  }
  project.packageName = `@remctl/${name}`;
  // Readers know a module by the name that they import.
  for (const { imported, source } of entryPoints) {
    const path = join('packages', name, source).replace(/(?:\/index)?\.ts$/, '');
    const module = project.children?.find((each) => each.name === path);
    if (module !== undefined) {
      module.name = imported;
    }
  }
  await app.generateJson(project, file);
}

/** The page of the examples, and each example's own. */
function pagesOfExamples() {
  const examples = join(ROOT, 'examples');
  return ['.', ...readdirSync(examples).sort()]
    .map((name) => join(examples, name, 'README.md'))
    .filter((page) => existsSync(page));
}

/** The text of a document's first heading. */
function headingOf(text) {
  return /^# (.+)$/m.exec(text)?.[1];
}

const folder = mkdtempSync(join(tmpdir(), 'remctl-site-'));
try {
  const files = [];
  for (const each of packagesToDescribe()) {
    const file = join(folder, `${each.name}.json`);
    await describe(each, file);
    files.push(file);
  }
  const app = await Application.bootstrap({
    name: 'remctl for TypeScript',
    entryPoints: files,
    entryPointStrategy: 'merge',
    basePath: ROOT,
    readme: join(ROOT, 'README.md'),
    projectDocuments: [
      ...GUIDES.map((name) => join(DOCS, 'guide', `${name}.md`)),
      join(PACKAGES, 'cli', 'README.md'),
      ...pagesOfExamples(),
      join(ROOT, 'SECURITY.md'),
      join(ROOT, 'CONTRIBUTING.md'),
    ],
    navigationLinks: { Repository: repositoryLinks().page },
    out: resolve(process.argv[2] ?? join(DOCS, 'site')),
    searchInDocuments: true,
    highlightLanguages: HIGHLIGHTED,
    sort: ['documents-first', 'source-order'],
    headings: { readme: false, document: false },
    sortEntryPoints: false,
    validation: VALIDATION,
    githubPages: false,
    logLevel: 'Warn',
  });
  followFolders(app);
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    document.name = headingOf(document.content.map(({ text }) => text).join('')) ?? document.name;
  });
  const project = await app.convert();
  app.validate(project);
  await app.generateOutputs(project);
  checkFaults(app, 'the site has faults');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
