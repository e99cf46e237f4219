// Builds the site: the guides, and the reference of every published package.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter } from 'typedoc';

const DOCS = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = join(DOCS, '../packages');
const packages = readdirSync(PACKAGES)
  .map((n) => [n, JSON.parse(readFileSync(join(PACKAGES, n, 'package.json'), 'utf8'))])
  .filter(([, p]) => !p.private && p.exports);

console.log(packages.map(([n]) => n));
const app = await Application.bootstrapWithPlugins({
  entryPoints: packages.map(([n]) => join(PACKAGES, n)),
  entryPointStrategy: 'packages',
  name: 'remctl for TypeScript',
  readme: join(DOCS, '../README.md'),
  projectDocuments: ['first-command', 'choose-a-backend'].map((n) =>
    join(DOCS, 'guide', `${n}.md`),
  ),
  out: join(DOCS, 'site'),
  tsconfig: join(DOCS, 'tsconfig.json'),
  packageOptions: {
    skipErrorChecking: true,
    entryPoints: ['src/index.ts'],
    tsconfig: 'tsconfig.build.json',
  },
  validation: { invalidLink: true, notExported: true, invalidPath: true, rewrittenLink: true },
  searchInDocuments: true,
  sort: ['source-order'],
});
const project = await app.convert();
app.validate(project);
await app.generateOutputs(project);
console.log(app.logger.errorCount, app.logger.warningCount);
