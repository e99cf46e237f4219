// Builds the addons that are published with this package, one for each system: `addon:prebuilt`.
//
// Arguments name systems of the table; without any, all are built. Node-API makes one addon work
// with every version of Node, and the C++ library is in each addon.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultsOf } from './check-prebuilt.mjs';
import { compileAddon } from './compile-addon.mjs';
import { installZig, zigCompiler, zigEnvironment } from './zig.mjs';

/**
 * The systems by the names of their folders in prebuilds/, and what zig calls them. Node itself
 * needs glibc 2.28.
 */
const TARGETS = {
  'linux-x64-glibc': 'x86_64-linux-gnu.2.28',
  'linux-arm64-glibc': 'aarch64-linux-gnu.2.28',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-musl': 'aarch64-linux-musl',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(TARGETS, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; known are ${Object.keys(TARGETS).join(', ')}`);
  process.exit(2);
}

installZig();
await import('./copy-headers.mjs');
for (const name of wanted.length > 0 ? wanted : Object.keys(TARGETS)) {
  const started = performance.now();
  const output = join(root, 'prebuilds', name, 'remctl.node');
  const result = compileAddon({
    root,
    output,
    compiler: zigCompiler(TARGETS[name]),
    // Without -s the addon has the names of all its functions. -Wno… : zig's own headers are not
    // annotated.
    flags: ['-s', '-Wno-nullability-completeness'],
    platform: name.split('-')[0],
    env: zigEnvironment(),
  });
  if (result.status !== 0) {
    const said = `${result.stdout}${result.stderr}${result.error ?? ''}`;
    const errors = said.split('\n').filter((line) => /\berror\b/i.test(line));
    console.error(`${name} was not built:\n${errors.length > 0 ? errors.join('\n') : said}`);
    process.exit(1);
  }
  const faults = faultsOf(output, name);
  if (faults.length > 0) {
    console.error(`${name} would not run everywhere: ${faults.join(', ')}`);
    process.exit(1);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${name}: ${(statSync(output).size / 1024).toFixed(0)} KiB, ${seconds} s`);
}
