/** The READMEs name the packages and the files that are there. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inExamples } from './support/program.js';

const FOLDERS = ['durable-jobs', 'fleet-report', 'nightly-job', 'web-endpoint'];
/** A program imports no backend: core loads it by its name. */
const BACKEND = '@remctl/pure-backend';

const textOf = (path: string) => readFileSync(inExamples(path), 'utf8');

/** The packages that a folder's programs import. */
function importedIn(folder: string): string[] {
  const programs = readdirSync(inExamples(folder)).filter((name) => name.endsWith('.mjs'));
  const imported = programs.flatMap((name) =>
    [...textOf(`${folder}/${name}`).matchAll(/^(?:import|\}) .*from '([^'.][^']*)';$/gm)].map(
      ([, module = '']) => module,
    ),
  );
  return [...new Set(imported)].filter((module) => !module.startsWith('node:'));
}

test.each(FOLDERS)('%s: the install line has what its programs import', (folder) => {
  const readme = textOf(`${folder}/README.md`);
  const [, packages = ''] = /^npm install (?!-)(.+)$/m.exec(readme) ?? [];
  expect(packages.split(' ').sort()).toEqual([...importedIn(folder), BACKEND].sort());
});

test.each(FOLDERS)('%s: its table has every file', (folder) => {
  const readme = textOf(`${folder}/README.md`);
  const table = readme.slice(readme.indexOf('## The files'));
  const files = readdirSync(inExamples(folder), { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .filter((name) => !['README.md', 'node_modules/'].includes(name));
  const named = [...table.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  expect(files.filter((file) => !named.includes(file))).toEqual([]);
});

test('the first page has every folder', () => {
  const there = readdirSync(inExamples(''), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|test$)/.test(entry.name))
    .map(({ name }) => name);
  expect(there).toEqual(FOLDERS);
  for (const folder of FOLDERS) {
    expect(textOf('README.md')).toContain(`[${folder}](${folder})`);
  }
});
