/**
 * Makes the fuzzer's addon run on systems with an old glibc.
 *
 * @jazzer.js/fuzzer 4.0.0 is built for glibc 2.38; Debian 12 has 2.36. On an older glibc this
 * module makes a copy of the addon that takes the missing functions from old-glibc.c. Remove it
 * once Debian 12 is no longer supported, or once a release of the fuzzer is built for it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withWeakVersions } from './weak-versions.js';

const WANTED_MINOR = 38;
const WANTED = new Set(['GLIBC_2.38', 'GLIBCXX_3.4.32']);
const ADDON = `fuzzer-${process.platform}-${process.arch}.node`;

/** Returns the minor number of glibc 2.x; undefined on systems without glibc. */
function glibcMinor(): number | undefined {
  const report: unknown = process.report.getReport();
  const text = JSON.stringify(report);
  const minor = /"glibcVersionRuntime":"2\.(\d+)/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/**
 * Returns the environment variables with which Node.js can load the fuzzer; none if the original
 * addon loads. Otherwise it builds the copy and a library in `folder`, with `cc`. No other run may
 * use that folder.
 */
export function fuzzerEnvironment(folder: string): Record<string, string> {
  const minor = glibcMinor();
  if (minor === undefined || minor >= WANTED_MINOR) {
    return {};
  }
  mkdirSync(folder, { recursive: true });
  const require = createRequire(import.meta.url);
  const fuzzer = createRequire(require.resolve('@jazzer.js/core')).resolve('@jazzer.js/fuzzer');
  const original = join(fuzzer, '..', '..', 'prebuilds', ADDON);
  const addon = join(folder, ADDON);
  writeFileSync(addon, withWeakVersions(readFileSync(original), WANTED));
  const library = join(folder, 'old-glibc.so');
  const source = fileURLToPath(new URL('../src/old-glibc.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, source]);
  return {
    LD_PRELOAD: library,
    NODE_OPTIONS: `--import ${new URL(`load-addon.js?${encodeURIComponent(addon)}`, import.meta.url).href}`,
  };
}
