/** Processes and workers that end while connections wait. */
import { spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { useRealmForFile } from '@remctl/conformance';
import { expect, test } from 'vitest';
import { compilePreload } from './support/preload.js';
import { IMPORTS, nodeArguments } from './support/programs.js';

const realm = await useRealmForFile();

const OPEN = `
  const client = new Remctl(createNativeBackend());
  await client.open('localhost', ${realm.port});
`;

/** Runs a program with an open client in a process of its own. */
function run(
  program: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, nodeArguments(OPEN + program), {
    env: { ...realm.env, ...env },
    timeout: 10_000,
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data));
  child.stderr.on('data', (data: Buffer) => (output += data));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}

test('an idle connection does not keep the process alive', async () => {
  expect(await run(`console.log('end');`)).toEqual({ status: 0, output: 'end\n' });
});

test('an idle pool does not keep the process alive, whatever its timers', async () => {
  const program = `
    const pool = await createPool(
      createNativeBackend(),
      { host: 'localhost', port: ${realm.port} },
      { keepAlive: 3600, idleTimeout: 3600 },
    );
    console.log((await pool.run(['true', 'x']).discard()));`;
  expect(await run(program)).toEqual({ status: 0, output: '0\n' });
});

test('a waiting call keeps the process alive until it is answered', async () => {
  const program = `console.log((await client.run(['test', 'sleep', '0.3']).bytes()).status);`;
  expect(await run(program)).toEqual({ status: 0, output: '0\n' });
});

test('process.exit() does not hang on a waiting command', async () => {
  const program = `
    client.run(['test', 'sleep', '20']).bytes().catch(() => {});
    setTimeout(() => process.exit(3), 200);`;
  expect(await run(program)).toEqual({ status: 3, output: '' });
});

test('process.exit() in the middle of opens gives its status, even if the libraries end slowly', async () => {
  const preload = compilePreload('slow-finalizers', realm.folder);
  const program = `
    for (let n = 0; n < 200; n += 1) {
      new Remctl(createNativeBackend()).open('localhost', ${realm.port}).catch(() => {});
    }
    setTimeout(() => process.exit(3), 10);`;
  for (let n = 0; n < 5; n += 1) {
    expect(await run(program, { LD_PRELOAD: preload })).toEqual({ status: 3, output: '' });
  }
});

/** Starts a worker that runs a program with an open client, and then waits. */
function startWorker(program: string): Worker {
  const source = `
    const { parentPort } = require('node:worker_threads');
    (async () => { ${IMPORTS} ${OPEN} ${program} })().catch((e) => parentPort.postMessage(String(e)));`;
  return new Worker(source, { eval: true, env: realm.env });
}

/** The next message of a worker. */
const message = (worker: Worker) =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });

test('several workers run commands at once', async () => {
  const workers = Array.from({ length: 4 }, (_, n) =>
    startWorker(
      `parentPort.postMessage((await client.run(['test', 'status', '${n}']).bytes()).status);
       await client.close();`,
    ),
  );
  expect(await Promise.all(workers.map(message))).toEqual([0, 1, 2, 3]);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('a worker that is terminated while a command waits ends, and the process goes on', async () => {
  for (let n = 0; n < 5; n += 1) {
    const worker = startWorker(
      `const waiting = client.run(['test', 'sleep', '20']).bytes();
       parentPort.postMessage('waiting'); await waiting;`,
    );
    expect(await message(worker)).toBe('waiting');
    await worker.terminate();
  }
});
