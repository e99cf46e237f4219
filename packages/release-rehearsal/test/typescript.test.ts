/** Compilers from TypeScript 5.2 on read the declarations of every entry, with every check. */
import { beforeAll, test } from 'vitest';
import { PACKAGE_MANAGERS } from './support/package-managers.js';
import { installed, NODE } from './support/programs.js';
import { emptyProject, type Project } from './support/project.js';
import { packagesForPrograms } from './support/public-packages.js';
import { run } from './support/run.js';

const VERSIONS = ['5.2', '5.4', '5.9', '6', '7'];
/** The versions that know that require() loads ES modules: 5.8 was the first. */
const WITH_REQUIRE = ['5.9', '6', '7'];
const RESOLUTIONS = [
  { moduleResolution: 'node16', module: 'node16' },
  { moduleResolution: 'nodenext', module: 'nodenext' },
  { moduleResolution: 'bundler', module: 'esnext' },
];

let project: Project;

/** Lines that use every entry that has types. `load` is the statement that gives an entry a name. */
function everyEntry(load: (entry: string, name: string) => string): string {
  return packagesForPrograms()
    .flatMap(({ entries }) => entries)
    .map((entry, at) => `${load(entry, `entry${at}`)}\nexport const all${at}: object = entry${at};`)
    .join('\n');
}

beforeAll(async () => {
  const [npm10] = PACKAGE_MANAGERS;
  project = await emptyProject(npm10);
  await project.add(...packagesForPrograms().map(({ name }) => name), '@types/node@20');
  await project.write({
    'entries.mts': everyEntry((entry, name) => `import * as ${name} from '${entry}';`),
    'entries.cts': everyEntry((entry, name) => `import ${name} = require('${entry}');`),
    'package.json': '{ "name": "project", "private": true, "type": "module" }\n',
  });
});

/** Returns the settings of a compilation: nothing beyond the strictest checks and the resolution. */
function settings(compilerOptions: object, files: readonly string[]): string {
  const strictest = { target: 'es2022', strict: true, skipLibCheck: false, outDir: 'compiled' };
  return JSON.stringify({ compilerOptions: { ...strictest, ...compilerOptions }, files });
}

// One process compiles with every resolution: it reads the declarations of Node once.
test.each(VERSIONS)('TypeScript %s: node16, nodenext and bundler', async (version) => {
  const modules = RESOLUTIONS.map((resolution) => ({
    resolution,
    files: ['entries.mts', 'app.ts'],
  }));
  const nodenext = { moduleResolution: 'nodenext', module: 'nodenext' };
  const required = { resolution: nodenext, files: ['entries.cts'] };
  const compilations = WITH_REQUIRE.includes(version) ? [...modules, required] : modules;
  const names = compilations.map((_, at) => `tsconfig.${version}-${at}.json`);
  await project.write(
    Object.fromEntries(
      compilations.map(({ resolution, files }, at) => [names[at], settings(resolution, files)]),
    ),
  );
  const compiler = installed(`typescript-${version}`, 'bin', 'tsc');
  await run([NODE, compiler, '--build', ...names], { cwd: project.folder, env: project.env });
});
