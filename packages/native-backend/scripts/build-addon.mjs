// Builds the addon with node-gyp. As the package's install script (--install) a failure is said
// clearly and does not stop the installation of other packages; the backend says it again when it is
// used. Without the option a failure is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installing = process.argv.includes('--install');
const addon = join(root, 'build', 'Release', 'remctl.node');

const changed = (path) => statSync(join(root, path)).mtimeMs;
const sources = ['binding.gyp', ...readdirSync(join(root, 'native')).map((f) => join('native', f))];
if (existsSync(addon) && sources.every((path) => changed(path) <= statSync(addon).mtimeMs)) {
  process.exit(0);
}

// Node's headers are often beside node itself; without them node-gyp would download them.
const prefix = dirname(dirname(process.execPath));
const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
const nodedir = process.env.npm_config_nodedir ?? (hasHeaders ? prefix : undefined);

const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
const result = spawnSync(
  process.execPath,
  [nodeGyp, 'rebuild', ...(nodedir === undefined ? [] : [`--nodedir=${nodedir}`])],
  { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
);
if (result.status === 0) process.exit(0);

const output = `${result.stdout}${result.stderr}`;
const reason =
  /fatal error: .*/.exec(output)?.[0] ??
  /cannot find -lremctl/.exec(output)?.[0] ??
  output.split('\n').find((line) => /gyp ERR! stack|error/i.test(line)) ??
  String(result.error ?? `node-gyp ended with ${result.status}`);
const help = await installHelp();
console.error(`@remctl/native-backend: the addon was not built: ${reason.trim()}\n${help}`);
if (!installing) console.error(output);
process.exit(installing ? 0 : 1);

/** The text that the backend shows too; from the source where nothing has been compiled yet. */
async function installHelp() {
  const compiled = join(root, 'dist', 'install-help.js');
  if (existsSync(compiled)) return (await import(compiled)).INSTALL_HELP;
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(join(root, 'src', 'install-help.ts'), 'utf8');
  return [...source.matchAll(/^ {2}'(.*)'[ +;]*$/gm)].map((match) => match[1]).join('');
}
