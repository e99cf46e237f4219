// Ends clients, workers or the process while their connections wait.
//
// Drops clients, so that they are collected, and terminates workers. With the option `--exit` it
// ends the process itself instead. The first argument is the folder of the copy.
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Remctl } from '@remctl/core';
import { startRealm } from '@remctl/realm';

const WORKERS = 5;
const folder = isMainThread ? process.argv[2] : workerData.folder;
const { createNativeBackend } = await import(pathToFileURL(join(folder, 'dist', 'index.js')).href);

async function wait({ host, port }) {
  const client = new Remctl(createNativeBackend());
  await client.open(host, port);
  await client.command(['test', 'sleep', '30']);
  client.output().catch(() => undefined);
}

async function forget({ host, port }) {
  const client = new Remctl(createNativeBackend());
  await client.open(host, port);
}

if (isMainThread) {
  // The tool watches this process; the realm's programs must not run under it.
  delete process.env.LD_PRELOAD;
  const realm = await startRealm();
  realm.useHere();
  const target = { host: realm.host, port: realm.port };
  if (process.argv.includes('--exit')) {
    await wait(target);
    // The realm's guard sees that this process is gone, and cleans the realm up.
    process.exit(0);
  }
  for (let n = 0; n < WORKERS; n += 1) {
    await forget(target);
  }
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  for (let n = 0; n < WORKERS; n += 1) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { folder, target } });
    await once(worker, 'message');
    await worker.terminate();
  }
  await realm.dispose();
  console.log(`${WORKERS} clients forgotten, ${WORKERS} workers terminated`);
} else {
  await forget(workerData.target);
  await wait(workerData.target);
  parentPort.postMessage('waiting');
}
