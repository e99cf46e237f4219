/** Applications as single executables of Node, with nothing beside them. */
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, onTestFinished, test } from 'vitest';
import { commandOf } from '../../../tools/runtimes.mjs';
import { bundlers } from './support/bundlers.js';
import { expectWorksBundled } from './support/in-bundle.js';
import { type SpakeRealm, startSpakeRealm } from './support/spake-realm.js';

const run = promisify(execFile);
const postject = join(
  dirname(createRequire(import.meta.url).resolve('postject/package.json')),
  'dist',
  'cli.js',
);
/** Node's documentation, "Single executable applications". */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
let realm: SpakeRealm;
let folder: string;

beforeAll(async () => {
  realm = await startSpakeRealm();
});
afterAll(() => realm[Symbol.asyncDispose]());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-sea-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Writes the configuration of an executable. Returns its file. */
function writeConfig(main: string, output: string): string {
  const config = join(folder, 'sea-config.json');
  const options = { main, output, disableExperimentalSEAWarning: true };
  writeFileSync(config, JSON.stringify(options));
  return config;
}

/** Node's way before 25.5: a blob, which postject puts into a copy of Node. */
async function byPostject(node: string, main: string): Promise<string> {
  const blob = join(folder, 'sea.blob');
  const program = join(folder, 'program');
  await run(node, ['--experimental-sea-config', writeConfig(main, blob)]);
  copyFileSync(node, program);
  chmodSync(program, 0o755);
  await run(process.execPath, [postject, program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
  return program;
}

/** Node's way from 25.5 on. */
async function byNode(node: string, main: string): Promise<string> {
  const program = join(folder, 'program');
  await run(node, ['--build-sea', writeConfig(main, program)]);
  return program;
}

test.each([
  ['the oldest Node and postject', 'node-oldest', byPostject],
  ['Node 26 and --build-sea', 'node-26', byNode],
] as const)('%s', async (_name, runtime, make) => {
  const [node] = commandOf(runtime);
  const program = await make(node, await bundlers.esbuild('cjs', folder));
  await expectWorksBundled([program], realm);
});
