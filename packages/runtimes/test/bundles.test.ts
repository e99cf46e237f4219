/** Applications in bundles of esbuild and rollup, far from any node_modules. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, onTestFinished, test } from 'vitest';
import { commandOf } from '../../../tools/runtimes.mjs';
import { bundlers, type Format } from './support/bundlers.js';
import { expectWorksBundled } from './support/in-bundle.js';
import { type SpakeRealm, startSpakeRealm } from './support/spake-realm.js';

const FORMATS: readonly Format[] = ['esm', 'cjs'];
let realm: SpakeRealm;

beforeAll(async () => {
  realm = await startSpakeRealm();
});
afterAll(() => realm[Symbol.asyncDispose]());

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe.each(Object.entries(bundlers))('%s', (_name, bundle) => {
  test.each(FORMATS)('%s', async (format) => {
    const program = await bundle(format, newFolder());
    await expectWorksBundled([process.execPath, program], realm);
  });
});

test.each(['bun', 'deno'])('a bundle runs on %s', async (runtime) => {
  const program = await bundlers.esbuild('esm', newFolder());
  await expectWorksBundled([...commandOf(runtime), program], realm);
});
