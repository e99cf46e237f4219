// Copies the headers of Node-API into include/, with their licences.
//
// They are published with this package, so that a build on a user's machine needs only a compiler.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = {
  'node-api-headers': { folder: 'include', licence: 'LICENSE' },
  'node-addon-api': { folder: '.', licence: 'LICENSE.md' },
};

const target = fileURLToPath(new URL('../include', import.meta.url));
const require = createRequire(import.meta.url);

rmSync(target, { recursive: true, force: true });
mkdirSync(target);
for (const [name, { folder, licence }] of Object.entries(PACKAGES)) {
  const root = dirname(require.resolve(`${name}/package.json`));
  for (const file of readdirSync(join(root, folder)).filter((each) => each.endsWith('.h'))) {
    copyFileSync(join(root, folder, file), join(target, file));
  }
  // pnpm adds the repository's LICENSE only if no file's name in the package holds that word.
  copyFileSync(join(root, licence), join(target, `${name}.mit.txt`));
}
