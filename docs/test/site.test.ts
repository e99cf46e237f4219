/** The site: it builds, its links lead somewhere, and its search knows guides and reference. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GUIDES } from '../scripts/guides.mjs';
import { DOCS, PUBLIC_PACKAGES, packageJson, ROOT } from './examples/documents.js';

const site = mkdtempSync(join(tmpdir(), 'remctl-site-'));
const text = (file: string) => readFileSync(join(site, file), 'utf8');

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(DOCS, 'scripts/build-site.mjs'), site]);
});
afterAll(() => rmSync(site, { recursive: true, force: true }));

function pages(): string[] {
  return readdirSync(site, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.html'));
}

test('every link of every page leads to a file of the site', () => {
  const broken = pages().flatMap((page) =>
    [...text(page).matchAll(/(?:href|src)="([^"#?]+)(?:[#?][^"]*)?"/g)]
      .map(([, target]) => decodeURI(target ?? ''))
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(site, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every link to a source leads to one', () => {
  const sources = new Set(
    pages()
      .flatMap((page) => [...text(page).matchAll(/\/blob\/main\/([^"#]+)#L/g)])
      .map(([, path]) => path ?? ''),
  );
  expect(sources.size).toBeGreaterThan(50);
  expect([...sources].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every guide is a page, in the order of the list', () => {
  const files = readdirSync(join(DOCS, 'guide')).map((file) => file.replace(/\.md$/, ''));
  expect(files.sort()).toEqual([...GUIDES].sort());
});

test('every published package is described', () => {
  const modules = readdirSync(join(site, 'modules'));
  const described = PUBLIC_PACKAGES.filter((name) => packageJson(name).exports !== undefined);
  for (const name of described) {
    const hasCode = Object.keys(packageJson(name).exports as object).includes('.');
    expect(modules.includes(`_remctl_${name}.html`), name).toBe(hasCode);
  }
});

test('the search knows a word of a guide, and a name of the reference', () => {
  const [, packed = ''] = /"([^"]+)"/.exec(text('assets/search.js')) ?? [];
  const index = inflateSync(Buffer.from(packed, 'base64')).toString();
  expect(index).toContain('Troubleshooting by symptom');
  expect(index).toContain('createPool');
});
