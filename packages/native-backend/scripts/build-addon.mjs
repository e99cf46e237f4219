// Builds the addon with node-gyp, unless it is newer than its sources.
//
// With --install this is the package's install script. A failure is then printed and ends with
// status 0, so that it does not stop the installation of other packages; the backend reports it
// again when it is used. Without the option a failure ends with status 1.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeGyp } from './node-gyp.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const installing = process.argv.includes('--install');
const addon = join(root, 'build', 'Release', 'remctl.node');

const changed = (path) => statSync(join(root, path)).mtimeMs;
const sources = ['binding.gyp', ...readdirSync(join(root, 'native')).map((f) => join('native', f))];
if (existsSync(addon) && sources.every((path) => changed(path) <= statSync(addon).mtimeMs)) {
  process.exit(0);
}

const result = nodeGyp(root);
if (result.status === 0) {
  process.exit(0);
}

const output = `${result.stdout}${result.stderr}`;
const reason =
  /fatal error: .*/.exec(output)?.[0] ??
  /cannot find -l(remctl|krb5)/.exec(output)?.[0] ??
  output.split('\n').find((line) => /gyp ERR! stack|error/i.test(line)) ??
  String(result.error ?? `node-gyp ended with ${result.status}`);
const help = await installHelp();
console.error(`@remctl/native-backend: the addon was not built: ${reason.trim()}\n${help}`);
if (!installing) {
  console.error(output);
}
process.exit(installing ? 0 : 1);

/**
 * Returns the text that the backend shows too; from the source if nothing has been compiled yet.
 */
async function installHelp() {
  const compiled = join(root, 'dist', 'install-help.js');
  if (existsSync(compiled)) {
    return (await import(compiled)).INSTALL_HELP;
  }
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(join(root, 'src', 'install-help.ts'), 'utf8');
  return [...source.matchAll(/^ {2}'(.*)'[ +;]*$/gm)].map((match) => match[1]).join('');
}
