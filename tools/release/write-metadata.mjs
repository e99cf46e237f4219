// Program of `npm run metadata`: writes what every public package.json repeats from the root's.
//
// The repository's address stands in the root package.json alone. If it has changed there, this
// replaces the old one in every text of the repository.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, ROOT } from '../steps.mjs';
import { withDerivedFields } from './metadata.mjs';
import { publicPackages, rootManifest } from './public-packages.mjs';
import { pageOf } from './repository.mjs';

/** Writes a file only if its content has changed. */
function write(path, before, after) {
  if (before !== after) {
    writeFileSync(path, after);
    console.log(`wrote ${path.slice(ROOT.length)}`);
  }
}

/** Replaces the addresses of the former repository in every text that git knows. */
function moveLinks(formerPages, page) {
  const files = outputOf('git', [
    'ls-files',
    '-z',
    '--',
    '*.md',
    '*.yml',
    '*.json',
    '*.ts',
    '*.mjs',
  ]);
  for (const file of files.split('\0').filter((name) => name !== '')) {
    const path = join(ROOT, file);
    const before = readFileSync(path, 'utf8');
    const after = formerPages.reduce((text, former) => text.replaceAll(former, page), before);
    write(path, before, after);
  }
}

const root = rootManifest();
const page = pageOf(root.repository);
const formerPages = publicPackages()
  .map(({ manifest }) => manifest.repository)
  .filter((repository) => repository !== undefined)
  .map(pageOf)
  .filter((former) => former !== page);
moveLinks([...new Set(formerPages)], page);
for (const each of publicPackages()) {
  const path = join(each.folder, 'package.json');
  const after = `${JSON.stringify(withDerivedFields(each, root), undefined, 2)}\n`;
  write(path, readFileSync(path, 'utf8'), after);
}
