/** A DNS server that never answers: neither a call nor the process waits for it longer than it may. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const core = new URL('../../core/dist/index.js', import.meta.url).href;
const native = new URL('../dist/index.js', import.meta.url).href;

/** In a network of its own, where port 53 is its own too, with resolv.conf replaced. */
const SCRIPT = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

/** What the C library waits for an answer: options of resolv.conf, at their largest. */
const RESOLV_CONF = 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n';
/** Far below that, and far above what an end takes. */
const BOUND_MS = 5_000;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-dns-'));
  writeFileSync(join(folder, 'resolv.conf'), RESOLV_CONF);
});

afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
  import { createSocket } from 'node:dgram';
  import { once } from 'node:events';
  const [core, native] = process.argv.slice(1);
  const { Remctl } = await import(core);
  const { createNativeBackend } = await import(native);
  const dns = createSocket('udp4').bind(53, '127.0.0.1');
  const asked = once(dns, 'message');
  await once(dns, 'listening');
  dns.unref();
  const ends = [];
  const open = (options, signal) =>
    new Remctl(createNativeBackend(), options)
      .open({ host: 'name.example.org', port: 4373, signal })
      .catch(({ name, phase, message }) => ends.push({ name, phase, message }));
  await open({ timeout: 0.5 });
  await asked;
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 100);
  const started = performance.now();
  await open({}, controller.signal);
  console.log(JSON.stringify({ ends, abortedMs: performance.now() - started - 100 }));`;

test('an open ends by its time-out and by an abort, and so does the process', async () => {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const node = [process.execPath, '--input-type=module', '-e', PROGRAM, core, native];
  const child = spawn(
    'unshare',
    ['--net', '--mount', ...asRoot, 'sh', '-c', SCRIPT, 'sh', join(folder, 'resolv.conf'), ...node],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  let printed = Number.NaN;
  child.stdout.on('data', (data: Buffer) => {
    printed = performance.now();
    stdout += data;
  });
  child.stderr.on('data', (data: Buffer) => (stderr += data));
  const [status] = await once(child, 'close');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(performance.now() - printed).toBeLessThan(BOUND_MS);
  const { ends, abortedMs } = JSON.parse(stdout);
  expect(ends).toEqual([
    {
      name: 'RemctlTimeoutError',
      phase: 'resolve',
      message: expect.stringMatching(/name\.example\.org/),
    },
    { name: 'Error', message: 'enough' },
  ]);
  expect(abortedMs).toBeLessThan(100);
});
