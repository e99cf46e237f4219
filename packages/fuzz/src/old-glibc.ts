/**
 * @jazzer.js/fuzzer 4.0.0 comes built for glibc 2.38. Where that is not there, a copy of its addon is made
 * that takes the two functions it misses from old-glibc.c. To be removed once Debian 12 is no more, or with a
 * release that is built for it.
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

/** The minor number of glibc 2.x; undefined on other systems. */
function glibcMinor(): number | undefined {
  const report: unknown = process.report.getReport();
  const text = JSON.stringify(report);
  const minor = /"glibcVersionRuntime":"2\.(\d+)/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/**
 * The variables with which Node.js loads the fuzzer: none where it can be loaded as it is. What has to be made
 * for it, with `cc`, goes to `folder`, which no other run may use.
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
