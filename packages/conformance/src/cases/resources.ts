/** Connections leave no descriptor, thread or memory behind, however they end. */
import {
  createPool,
  Remctl,
  RemctlAuthenticationError,
  RemctlNetworkError,
  runOnHosts,
} from '@remctl/core';
import { startSilentServer } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import { settledUsage, type Usage } from '../support/process-usage.js';

/** Bytes of growth allowed per cycle: far less than a context takes, more than the heap's noise. */
const BYTES_A_CYCLE = 4000;
/** Bytes of growth allowed in any round, for noise that does not depend on the cycles. */
const LEAST_BYTES = 4 * 2 ** 20;
/** The most measurements: compiled code and heaps grow for a while, a leak grows always. */
const ROUNDS = 6;

/** Cycles of open and close in two rounds. */
const CYCLES = Number(process.env.REMCTL_CYCLES ?? 2000);
/** A tool such as AddressSanitizer watches: resident memory is then mostly the tool's own. */
const WATCHED = process.env.REMCTL_WATCHED_BY !== undefined;
/** Pools in two rounds, and the commands that each one runs. */
const POOL_CALLS = Math.ceil(CYCLES / 20);
const POOL_RUNS = 20;
const FAILED_OPENS = 200;
/** Hosts of one call of runOnHosts, and how many of them are left before they end. */
const HOSTS = 40;
const LEFT_AFTER = 20;
/** Calls of runOnHosts in two rounds. */
const HOSTS_CALLS = 20;
/** Far more than a cycle takes on a busy machine. */
const MILLISECONDS_A_CYCLE = 50;
/** After this time an open of a silent server surely waits. */
const ABORT_AFTER_MS = 5;

const show = ({ descriptors, threads, resident, heap }: Usage) =>
  `${descriptors} descriptors, ${threads} threads, ` +
  `${(resident / 2 ** 20).toFixed(1)} MiB resident, ${(heap / 2 ** 20).toFixed(1)} MiB of heap`;

/**
 * Repeats rounds of `times` acts until a round adds no memory.
 *
 * Fails if every round adds memory, or if descriptors or threads are left after a round.
 */
async function expectFlat(what: string, times: number, act: () => Promise<void>): Promise<void> {
  const round = async () => {
    for (let n = 0; n < times; n += 1) {
      await act();
    }
  };
  const bound = Math.max(LEAST_BYTES, times * BYTES_A_CYCLE);
  await round();
  let before = await settledUsage();
  const shown = [show(before)];
  for (let n = 2; n <= ROUNDS; n += 1) {
    await round();
    const after = await settledUsage(before);
    expect(after.threads).toBeLessThanOrEqual(before.threads);
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
    shown.push(show(after));
    const resident = WATCHED ? 0 : after.resident - before.resident;
    if (Math.max(resident, after.heap - before.heap) < bound) {
      break;
    }
    expect(n, `memory grows each time:\n${shown.join('\n')}`).toBeLessThan(ROUNDS);
    before = after;
  }
  console.log(`${what}, ${times} times in a round:\n${shown.join('\n')}`);
}

/** Fails to open three times: by an abort, by a closed port, by an unknown principal. */
async function failToOpen(
  { backend, realm, host }: CaseContext,
  silentPort: number,
): Promise<void> {
  const failing = new Remctl(backend);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), ABORT_AFTER_MS);
  const { signal } = controller;
  const aborted = rejection(failing.open({ host, port: silentPort, signal }));
  expect(await aborted).toMatchObject({ message: 'enough' });
  // Nobody listens on port 1.
  expect(await rejection(failing.open(host, 1))).toBeInstanceOf(RemctlNetworkError);
  const { unknownServer } = realm.principals;
  const unknown = rejection(failing.open(host, realm.port, unknownServer));
  expect(await unknown).toBeInstanceOf(RemctlAuthenticationError);
}

/** Runs a command on all hosts, then on hosts that are left midway, one of them silent. */
async function runOnMany({ backend, host, port }: CaseContext, silentPort: number): Promise<void> {
  const hosts = Array.from({ length: HOSTS }, () => ({ host, port }));
  for await (const result of runOnHosts(hosts, ['echo', 'x'], { backend })) {
    expect(result.type).toBe('finished');
  }
  let left = LEFT_AFTER;
  const mixed = [{ host, port: silentPort }, ...hosts];
  for await (const _ of runOnHosts(mixed, ['echo', 'x'], { backend })) {
    left -= 1;
    if (left === 0) {
      break;
    }
  }
}

/** Runs commands through a pool: to their end, left midway, and aborted while they wait. */
async function runThroughPool({ backend, host, port }: CaseContext): Promise<void> {
  const pool = await createPool(backend, { host, port }, { max: 2 });
  const controller = new AbortController();
  const runs = Array.from({ length: POOL_RUNS }, () => pool.run(['echo', 'x']).discard());
  const aborted = rejection(pool.run(['echo', 'x'], { signal: controller.signal }).text());
  controller.abort(new Error('enough'));
  expect(await aborted).toMatchObject({ message: 'enough' });
  await Promise.all(runs);
  for await (const _ of pool.run(['test', 'streams'])) {
    break;
  }
  await pool.close();
}

export const resourceCases: readonly Case[] = [
  {
    id: 'resources/cycles',
    title: 'cycles of open and close leave no descriptor, thread or memory behind',
    timeoutMs: (CYCLES >> 1) * ROUNDS * MILLISECONDS_A_CYCLE,
    async run({ backend, host, port }) {
      await expectFlat('open and close', CYCLES >> 1, async () => {
        // A client of the context would be held until the end of the case.
        const client = new Remctl(backend);
        await client.open(host, port);
        await client.close();
      });
    },
  },
  {
    id: 'resources/failed-opens',
    title:
      'aborted, refused and unauthenticated opens leave no descriptor, thread or memory behind',
    async run(context) {
      const silent = await context.use(startSilentServer());
      await expectFlat('failed opens', FAILED_OPENS >> 1, () => failToOpen(context, silent.port));
    },
  },
  {
    id: 'resources/hosts',
    title:
      'many hosts, run to their end or left midway, leave no descriptor, thread or memory behind',
    timeoutMs: (HOSTS_CALLS >> 1) * 2 * HOSTS * ROUNDS * MILLISECONDS_A_CYCLE,
    async run(context) {
      const silent = await context.use(startSilentServer());
      await expectFlat('runs on many hosts', HOSTS_CALLS >> 1, () =>
        runOnMany(context, silent.port),
      );
    },
  },
  {
    id: 'resources/pool',
    title: 'commands through a pool leave no descriptor, thread or memory behind',
    timeoutMs: (POOL_CALLS >> 1) * POOL_RUNS * ROUNDS * MILLISECONDS_A_CYCLE,
    async run(context) {
      await expectFlat('pools', POOL_CALLS >> 1, () => runThroughPool(context));
    },
  },
];
