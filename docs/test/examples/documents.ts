/** The Markdown files of the repository, and where they are. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** This package's folder. */
export const DOCS = join(ROOT, 'docs');

/** The packages that are published, by their folders. */
export const PUBLIC_PACKAGES = readdirSync(join(ROOT, 'packages'))
  .filter((name) => packageJson(name).private !== true)
  .sort();

/** Returns the package.json of a folder of packages. */
export function packageJson(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
}

/** The programs of the public packages, by their names: each one's file. */
export const PROGRAMS: ReadonlyMap<string, string> = new Map(
  PUBLIC_PACKAGES.flatMap((folder) =>
    Object.entries((packageJson(folder).bin ?? {}) as Record<string, string>).map(
      ([name, file]) => [name, join(ROOT, 'packages', folder, file)] as const,
    ),
  ),
);

/** Every Markdown file that git knows or would add, relative to the repository. */
export function allMarkdown(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.md'];
  const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return [...new Set(files)].filter((file) => file !== '').sort();
}

/** The documents whose examples are run: the guides, the first page, the pages of the packages. */
export function documentsWithExamples(): string[] {
  const guides = readdirSync(join(DOCS, 'guide')).filter((file) => file.endsWith('.md'));
  return [
    'README.md',
    ...PUBLIC_PACKAGES.map((name) => `packages/${name}/README.md`),
    ...guides.sort().map((file) => `docs/guide/${file}`),
  ];
}

/** Returns a document's text. */
export function textOf(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8');
}
