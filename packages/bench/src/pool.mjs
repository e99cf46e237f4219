// Measures commands through a pool beside those of plain clients, and prints a table.
import { createPool, Remctl } from '@remctl/core';
import { BACKENDS } from './backends.mjs';
import { mapValues, median } from './median.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const COMMANDS = 400;
const CONNECTIONS = 4;
const COMMAND = ['true', 'hello'];
const MS_PER_S = 1000;

/** Opens `count` clients, which share the commands evenly. */
async function clients(backend, target, count) {
  const all = Array.from({ length: count }, () => new Remctl(backend));
  await Promise.all(all.map((client) => client.open(target)));
  return {
    run: () =>
      Promise.all(
        all.map(async (client) => {
          for (let n = 0; n < COMMANDS / count; n += 1) {
            await client.run(COMMAND).discard();
          }
        }),
      ),
    close: () => Promise.all(all.map((client) => client.close())),
  };
}

/** Makes a pool that is asked for all commands at once. */
async function pool(backend, target) {
  const made = await createPool(backend, target, { max: CONNECTIONS });
  const run = () =>
    Promise.all(Array.from({ length: COMMANDS }, () => made.run(COMMAND).discard()));
  return { run, close: () => made.close() };
}

const CONTENDERS = {
  '1 client': (backend, target) => clients(backend, target, 1),
  [`${CONNECTIONS} clients`]: (backend, target) => clients(backend, target, CONNECTIONS),
  [`a pool of ${CONNECTIONS}`]: pool,
};

/** Measures and prints commands/s of each backend: one client, several, and a pool of as many connections. */
export async function measurePool(realm) {
  const target = { host: realm.host, port: realm.port };
  const rows = {};
  for (const [name, create] of Object.entries(BACKENDS)) {
    const backend = create();
    const seconds = mapValues(CONTENDERS, () => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [contender, open] of Object.entries(CONTENDERS)) {
        const opened = await open(backend, target);
        // The first commands open the pool's connections and warm up compilers: they do not count.
        await opened.run();
        const begun = performance.now();
        await opened.run();
        seconds[contender].push((performance.now() - begun) / MS_PER_S);
        await opened.close();
      }
    }
    rows[name] = mapValues(seconds, (list) => Math.round(COMMANDS / median(list)));
  }
  console.log(`Commands/s on one remctld, ${COMMANDS} commands`);
  console.table(rows);
}
