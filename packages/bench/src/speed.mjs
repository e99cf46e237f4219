// Measures the speed of libremctl and of each backend, and prints it.
//
// Their rounds take turns. The tables show the medians, and each median's ratio to libremctl's.
import { Remctl } from '@remctl/core';
import { BACKENDS } from './backends.mjs';
import { drain } from './drain.mjs';
import { compileLibremctl } from './libremctl.mjs';
import { mapValues, median } from './median.mjs';

/** The number of rounds of each mode. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const MS_PER_S = 1000;

/** The measured modes. libremctl.c has modes of the same names. */
const MODES = {
  commands: {
    count: 200,
    unit: 'commands/s, no output',
    run: async (client, count) => {
      for (let i = 0; i < count; i += 1) {
        await drain(client, ['true', 'hello']);
      }
    },
  },
  echo: {
    count: 25,
    unit: 'commands/s, one line of output',
    run: async (client, count) => {
      for (let i = 0; i < count; i += 1) {
        await drain(client, ['echo', 'hello']);
      }
    },
  },
  output: {
    count: 50_000_000,
    unit: 'bytes/s of output',
    run: async (client, count) => {
      const length = await drain(client, ['test', 'output', String(count)]);
      if (length !== count) {
        throw new Error(`${length} bytes instead of ${count}`);
      }
    },
  },
  noop: {
    count: 3000,
    unit: 'NOOP/s',
    run: async (client, count) => {
      for (let i = 0; i < count; i += 1) {
        await client.noop();
      }
    },
  },
  open: {
    count: 25,
    unit: 'open-run-close/s',
    run: async (_, count, { backend, target }) => {
      for (let i = 0; i < count; i += 1) {
        const client = new Remctl(backend);
        await client.open(target);
        await drain(client, ['echo', 'hello']);
        await client.close();
      }
    },
  },
};

/**
 * Returns, for libremctl and each backend, the function that runs a round and returns its seconds.
 * Throws an Error if libremctl.c cannot be compiled.
 */
function contenders(realm) {
  const libremctl = compileLibremctl(realm);
  const target = { host: realm.host, port: realm.port };
  const all = {
    libremctl: async (mode, count) => libremctl(realm.port, mode, count),
  };
  for (const [name, create] of Object.entries(BACKENDS)) {
    const backend = create();
    all[name] = async (mode, count) => {
      const client = new Remctl(backend);
      await client.open(target);
      const started = performance.now();
      await MODES[mode].run(client, count, { backend, target });
      const seconds = (performance.now() - started) / MS_PER_S;
      await client.close();
      return seconds;
    };
  }
  return all;
}

/** Measures and prints the speed of all contenders against the realm's remctld. */
export async function measureSpeed(realm) {
  const all = contenders(realm);
  const rates = {};
  const ratios = {};
  for (const [mode, { count, unit }] of Object.entries(MODES)) {
    const seconds = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
    // The first round warms up caches and compilers, so it does not count.
    for (const round of Object.values(all)) {
      await round(mode, count);
    }
    for (let n = 0; n < ROUNDS; n += 1) {
      for (const [name, round] of Object.entries(all)) {
        seconds[name].push(await round(mode, count));
      }
    }
    const medians = Object.fromEntries(
      Object.entries(seconds).map(([name, list]) => [name, median(list)]),
    );
    rates[unit] = mapValues(medians, (s) => Math.round(count / s));
    ratios[unit] = mapValues(medians, (s) => Number((medians.libremctl / s).toFixed(2)));
  }
  console.log(`Medians of ${ROUNDS} rounds`);
  console.table(rates);
  console.log('Ratios to libremctl: above 1 is faster than libremctl');
  console.table(ratios);
}
