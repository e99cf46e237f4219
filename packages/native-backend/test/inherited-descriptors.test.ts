/** No child process inherits a connection, whenever it starts. */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { useRealmForFile } from '@remctl/conformance';
import { Remctl } from '@remctl/core';
import { expect, test } from 'vitest';
import { createNativeBackend } from '../src/index.js';
import { compilePreload } from './support/preload.js';
import { nodeArguments } from './support/programs.js';

const PROGRAM = `
  const [port] = process.argv.slice(1);
  const client = new Remctl(createNativeBackend());
  await client.open('localhost', Number(port));
  await client.run(['echo', 'x']).text();
  await client.close();`;

/** How many children are started, one after the other, while connections are made. */
const CHILDREN = 200;

/**
 * Returns whether a child's descriptor is a socket; false if it is closed: the loader closes its
 * files.
 */
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

const realm = await useRealmForFile();

test('the addon makes every socket close-on-exec in one step', async () => {
  const preload = compilePreload('descriptors', realm.folder);
  const log = join(realm.folder, 'descriptors.log');
  const env = { ...realm.env, LD_PRELOAD: preload, DESCRIPTORS_LOG: log };
  execFileSync(process.execPath, nodeArguments(PROGRAM, `${realm.port}`), { env });
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const ours = lines.filter((line) => line.startsWith('remctl.node '));
  // For people who read the log: libkrb5's sockets to KDCs are inherited, which only libkrb5 can
  // mend.
  console.log([...new Set(lines)].sort().join('\n'));
  expect(ours.length).toBeGreaterThan(0);
  expect(new Set(ours)).toEqual(new Set(['remctl.node socket closed']));
});

test('children that start while connections are made inherit none of them', async () => {
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
  // Puts the service ticket into the cache, so that no KDC is asked while children start.
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
  }
}, 60_000);
