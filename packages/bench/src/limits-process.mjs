// Measures one backend's limits, and sends them to the parent process.
//
// Arguments: the backend's name, host, port.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Remctl } from '@remctl/core';
import { BACKENDS } from './backends.mjs';
import { drain } from './drain.mjs';

const [name, host, port] = process.argv.slice(2);
const backend = BACKENDS[name]();
/** Connections at once. */
const CONNECTIONS = 256;
/** Bytes of output while the event loop's delay is measured. */
const OUTPUT = 50_000_000;
/** Bytes of output that are read slowly. */
const SLOW_OUTPUT = 1_000_000_000;
/** Milliseconds of the slow reader's pause after each PAUSE_EACH bytes. */
const PAUSE_MS = 20;
const PAUSE_EACH = 20_000_000;
const NS_PER_MS = 1e6;
const BYTES_PER_MB = 1e6;

async function open() {
  const client = new Remctl(backend);
  await client.open(host, Number(port));
  return client;
}

/** Opens all connections at once, with a command on each. Returns how many failed. */
async function manyAtOnce() {
  let failed = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      try {
        const client = await open();
        await drain(client, ['echo', 'hello']);
        await client.close();
      } catch (error) {
        console.error(error);
        failed += 1;
      }
    }),
  );
  return failed;
}

/** Returns the histogram of the event loop's delay during a large output. */
async function eventLoopDelay() {
  const client = await open();
  // The first output warms up the compiler.
  await drain(client, ['test', 'output', String(OUTPUT)]);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await drain(client, ['test', 'output', String(OUTPUT)]);
  delay.disable();
  await client.close();
  return delay;
}

/** Reads a large output slowly. Returns the process's largest RSS meanwhile, in bytes. */
async function slowReader() {
  const client = await open();
  let peak = 0;
  let taken = 0;
  const length = await drain(client, ['test', 'output', String(SLOW_OUTPUT)], async (token) => {
    if (token.type !== 'output') {
      return;
    }
    taken += token.output.length;
    if (taken < PAUSE_EACH) {
      return;
    }
    taken = 0;
    await sleep(PAUSE_MS);
    peak = Math.max(peak, process.memoryUsage.rss());
  });
  if (length !== SLOW_OUTPUT) {
    throw new Error(`${length} bytes instead of ${SLOW_OUTPUT}`);
  }
  await client.close();
  return peak;
}

const started = process.memoryUsage.rss();
const peak = await slowReader();
const delay = await eventLoopDelay();
const begun = performance.now();
const failed = await manyAtOnce();
const manyMs = performance.now() - begun;
const ms = (ns) => Number((ns / NS_PER_MS).toFixed(2));
const mb = (bytes) => Math.round(bytes / BYTES_PER_MB);
process.send({
  [`failed of ${CONNECTIONS} at once`]: failed,
  'all of them done, ms': Math.round(manyMs),
  'loop delay p50, ms': ms(delay.percentile(50)),
  'loop delay p99, ms': ms(delay.percentile(99)),
  'RSS at start, MB': mb(started),
  'RSS peak, 1 GB read slowly, MB': mb(peak),
});
process.disconnect();
