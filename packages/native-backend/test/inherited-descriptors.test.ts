/** That no child process inherits a connection, however exactly it is started while one is made. */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Remctl } from '@remctl/core';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNativeBackend } from '../src/index.js';

const core = new URL('../../core/dist/index.js', import.meta.url).href;
const native = new URL('../dist/index.js', import.meta.url).href;
const PROGRAM = `
  const [core, native, port] = process.argv.slice(1);
  const { Remctl } = await import(core);
  const { createNativeBackend } = await import(native);
  const client = new Remctl(createNativeBackend());
  await client.open('localhost', Number(port));
  await client.run(['echo', 'x']).text();
  await client.close();`;

/** Children that are started one after the other while connections are made. */
const CHILDREN = 200;

/** False where it is gone by now: the loader closes files of its own. */
function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor).startsWith('socket:');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return false;
    }
    throw error;
  }
}

let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm.dispose());

test('every socket of the addon is made close-on-exec, not marked afterwards', async () => {
  const preload = join(realm.folder, 'descriptors.so');
  const source = fileURLToPath(new URL('fixture/descriptors.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wextra', '-o', preload, source, '-ldl']);
  const log = join(realm.folder, 'descriptors.log');
  const args = ['--input-type=module', '-e', PROGRAM, core, native, `${realm.port}`];
  const env = { ...realm.env, LD_PRELOAD: preload, DESCRIPTORS_LOG: log };
  execFileSync(process.execPath, args, { env });
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const ours = lines.filter((line) => line.startsWith('remctl.node '));
  // libkrb5's own, to KDCs, are its own to mend.
  console.log([...new Set(lines)].sort().join('\n'));
  expect(ours.length).toBeGreaterThan(0);
  expect(new Set(ours)).toEqual(new Set(['remctl.node socket closed']));
});

test('children that are started while connections are made have none of them', async () => {
  const leave = realm.useHere();
  const open = async () => {
    const client = new Remctl(createNativeBackend());
    await client.open(realm.host, realm.port);
    await client.close();
  };
  let over = false;
  const openAgain = async () => {
    while (!over) {
      await Promise.all([open(), open(), open()]);
    }
  };
  // The cache has the service ticket afterwards: no KDC is asked while children are started.
  await open();
  const opening = openAgain();
  let inherited = 0;
  try {
    for (let n = 0; n < CHILDREN; n += 1) {
      const child = spawn('sleep', ['10'], { stdio: 'ignore' });
      await new Promise((resolve) => child.once('spawn', resolve));
      const folder = `/proc/${child.pid}/fd`;
      inherited += readdirSync(folder).filter((fd) => isSocket(join(folder, fd))).length;
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
    over = true;
    await opening;
    expect(inherited).toBe(0);
  } finally {
    over = true;
    await Promise.allSettled([opening]);
    leave();
  }
}, 60_000);
