/** The published addon of this machine: built as for a release, and used. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { faultsOf } from '../scripts/check-prebuilt.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SYSTEM = 'linux-x64-glibc';

/** Cases that go through every function of the libraries' table, and end connections early. */
const CASES = ['simple/', 'full/', 'run/', 'output/', 'interrupt/'];

test('an addon that a compiler of this machine made would not run everywhere, and is told so', () => {
  const own = join(ROOT, 'build', 'Release', 'remctl.node');
  expect(faultsOf(own, SYSTEM)).toContain('it needs libstdc++.so.6');
  expect(faultsOf(own, 'linux-arm64-glibc')).toContain('it is for Advanced Micro Devices X86-64');
});

// The first build compiles the C++ library too, on a machine that may be busy.
test('the published addon is built, runs everywhere and passes conformance cases', () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'prebuilt.mjs'), SYSTEM]);
  const addon = join(ROOT, 'prebuilds', SYSTEM, 'remctl.node');
  expect(faultsOf(addon, SYSTEM)).toEqual([]);
  const program = join(ROOT, 'memory', 'run-prebuilt.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...CASES], {
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).toMatch(/^\d{2,} cases passed, 0 failed, protocol 2$/m);
  expect(status).toBe(0);
}, 600_000);
