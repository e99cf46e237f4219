/** Processes and workers that end while connections wait. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';

const core = new URL('../../core/dist/index.js', import.meta.url).href;
const native = new URL('../dist/index.js', import.meta.url).href;
let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm.dispose());

const prelude = () => `
  const { Remctl } = await import(${JSON.stringify(core)});
  const { createNativeBackend } = await import(${JSON.stringify(native)});
  const client = new Remctl(createNativeBackend());
  await client.open('localhost', ${realm.port});
`;

function run(
  program: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', prelude() + program], {
    env: { ...realm.env, ...env },
    timeout: 10_000,
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data));
  child.stderr.on('data', (data: Buffer) => (output += data));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}

test('an idle connection does not keep the process from its end', async () => {
  expect(await run(`console.log('end');`)).toEqual({ status: 0, output: 'end\n' });
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

test('process.exit() in the middle of opens ends with its status, however slow the libraries end', async () => {
  const preload = join(realm.folder, 'slow-finalizers.so');
  const source = fileURLToPath(new URL('fixture/slow-finalizers.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wextra', '-o', preload, source, '-ldl']);
  const program = `
    for (let n = 0; n < 200; n += 1) {
      new Remctl(createNativeBackend()).open('localhost', ${realm.port}).catch(() => {});
    }
    setTimeout(() => process.exit(3), 10);`;
  for (let n = 0; n < 5; n += 1) {
    expect(await run(program, { LD_PRELOAD: preload })).toEqual({ status: 3, output: '' });
  }
});

/** A worker that runs this with an open client, then waits. */
function startWorker(program: string): Worker {
  const source = `
    const { parentPort } = require('node:worker_threads');
    (async () => { ${prelude()} ${program} })().catch((e) => parentPort.postMessage(String(e)));`;
  return new Worker(source, { eval: true, env: realm.env });
}

const message = (worker: Worker) =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });

test('works in several workers at once', async () => {
  process.env.KRB5_CONFIG = realm.krb5Conf;
  process.env.KRB5CCNAME = realm.ccache;
  const workers = Array.from({ length: 4 }, (_, n) =>
    startWorker(
      `parentPort.postMessage((await client.run(['test', 'status', '${n}']).bytes()).status);
       await client.close();`,
    ),
  );
  expect(await Promise.all(workers.map(message))).toEqual([0, 1, 2, 3]);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('a worker that is terminated while a command waits ends, and harms nothing', async () => {
  process.env.KRB5_CONFIG = realm.krb5Conf;
  process.env.KRB5CCNAME = realm.ccache;
  for (let n = 0; n < 5; n += 1) {
    const worker = startWorker(
      `const waiting = client.run(['test', 'sleep', '20']).bytes();
       parentPort.postMessage('waiting'); await waiting;`,
    );
    expect(await message(worker)).toBe('waiting');
    await worker.terminate();
  }
});
