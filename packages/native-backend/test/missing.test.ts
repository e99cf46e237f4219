/** Messages for a missing addon, and for a missing library. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RemctlBackendError } from '@remctl/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAddon } from '../src/addon.js';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-native-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const NAMES = /libremctl-dev libkrb5-dev.*remctl-devel krb5-devel.*brew install remctl krb5/s;

test('an addon that was not built is an error that names the packages', () => {
  const load = () => loadAddon(join(folder, 'remctl.node'));
  expect(load).toThrow(RemctlBackendError);
  expect(load).toThrow(NAMES);
  expect(load).toThrow(/has not been built/);
});

test('an addon that cannot be loaded, as without libremctl, is an error that names the packages', () => {
  writeFileSync(join(folder, 'remctl.node'), 'no shared object');
  const load = () => loadAddon(join(folder, 'remctl.node'));
  expect(load).toThrow(RemctlBackendError);
  expect(load).toThrow(NAMES);
});

test('an installation without the header succeeds, and names the packages once', () => {
  for (const name of ['native', 'scripts', 'src', 'binding.gyp', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'native', 'layout.cc'), '#include <remctl-is-not-here.h>\n');
  const said = execFileSync(
    'sh',
    ['-c', `${JSON.stringify(process.execPath)} scripts/build-addon.mjs --install 2>&1`],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(said).toMatch(/remctl-is-not-here\.h/);
  expect(said.match(/libremctl-dev/g)).toHaveLength(1);
  expect(said).toMatch(NAMES);
}, 60_000);
