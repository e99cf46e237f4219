// Compares the native backend with a C program on libremctl. Rounds of the two take turns in one run;
// what is shown are medians, and their ratio: above 1 the backend is the faster one.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Remctl } from '@remctl/core';
import { startRealm } from '@remctl/realm';
import { createNativeBackend } from '../dist/index.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const MODES = {
  commands: { count: 200, unit: 'commands/s, no output' },
  echo: { count: 25, unit: 'commands/s, one line of output' },
  output: { count: 50_000_000, unit: 'bytes/s' },
  noop: { count: 3000, unit: 'NOOP/s' },
  open: { count: 25, unit: 'open-run-close/s' },
};

const realm = await startRealm();
realm.useHere();
const program = join(realm.folder, 'libremctl');
const source = fileURLToPath(new URL('libremctl.c', import.meta.url));
execFileSync('cc', ['-O2', '-o', program, source, '-lremctl']);

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function libremctl(mode, count) {
  const args = [realm.host, String(realm.port), mode, String(count)];
  return Number(execFileSync(program, args, { env: realm.env, encoding: 'utf8' }));
}

const target = { host: realm.host, port: realm.port };
const backend = createNativeBackend();

async function drain(client, command) {
  let length = 0;
  for await (const token of client.run(command)) {
    if (token.type === 'output') length += token.output.length;
    else if (token.type === 'error') throw new Error('the server refused');
  }
  return length;
}

const work = {
  async commands(client, count) {
    for (let i = 0; i < count; i += 1) await drain(client, ['true', 'hello']);
  },
  async echo(client, count) {
    for (let i = 0; i < count; i += 1) await drain(client, ['echo', 'hello']);
  },
  async output(client, count) {
    const length = await drain(client, ['test', 'output', String(count)]);
    if (length !== count) throw new Error(`${length} bytes instead of ${count}`);
  },
  async noop(client, count) {
    for (let i = 0; i < count; i += 1) await client.noop();
  },
  async open(_, count) {
    for (let i = 0; i < count; i += 1) {
      const client = new Remctl(backend);
      await client.open(target);
      await drain(client, ['echo', 'hello']);
      await client.close();
    }
  },
};

async function native(mode, count) {
  const client = new Remctl(backend);
  await client.open(target);
  const started = performance.now();
  await work[mode](client, count);
  const seconds = (performance.now() - started) / 1000;
  await client.close();
  return seconds;
}

try {
  const rows = {};
  for (const [mode, { count, unit }] of Object.entries(MODES)) {
    const seconds = { libremctl: [], native: [] };
    libremctl(mode, count);
    await native(mode, count);
    for (let round = 0; round < ROUNDS; round += 1) {
      seconds.libremctl.push(libremctl(mode, count));
      seconds.native.push(await native(mode, count));
    }
    const [c, n] = [median(seconds.libremctl), median(seconds.native)];
    rows[unit] = {
      libremctl: Math.round(count / c),
      native: Math.round(count / n),
      ratio: Number((c / n).toFixed(2)),
    };
  }
  console.table(rows);
} finally {
  await realm.dispose();
}
