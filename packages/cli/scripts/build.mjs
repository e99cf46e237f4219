// Makes all that the package installs beside its README: node scripts/build.mjs [folder]
//
// `tsc` must have compiled src before. The default folder is the package's own.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PACKAGE, writeBundle } from './bundle.mjs';
import { helpFiles } from './help-files.mjs';
import { thirdPartyNotices } from './third-party-notices.mjs';

const folder = resolve(process.argv[2] ?? PACKAGE);
const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));

// A file of an entry that is no more must not be published.
for (const made of ['bundle', 'completions', 'man']) {
  rmSync(join(folder, made), { recursive: true, force: true });
}
const bundled = await writeBundle(join(folder, 'bundle'), version);
const files = {
  ...helpFiles(version),
  'THIRD-PARTY-NOTICES.txt': thirdPartyNotices(bundled, PACKAGE),
};
for (const [path, content] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
