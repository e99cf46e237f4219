// Measures the server beside remctld, with libremctl as the client of both.
//
// Their rounds take turns. The table shows medians, and the server's ratio to remctld.
import { compileLibremctl } from './libremctl.mjs';
import { mapValues, median } from './median.mjs';

/** The number of rounds of each mode. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);

/** The modes of libremctl.c, and how often a round does each on either server. */
const MODES = {
  commands: { unit: 'commands/s, no output', remctld: 300, server: 10_000 },
  echo: { unit: 'commands/s, one line of output', remctld: 25, server: 10_000 },
  output: { unit: 'bytes/s of output', remctld: 50_000_000, server: 50_000_000 },
  noop: { unit: 'NOOP/s', remctld: 10_000, server: 10_000 },
  open: { unit: 'open-run-close/s, one line of output', remctld: 25, server: 200 },
  'open-silent': { unit: 'open-run-close/s, no output', remctld: 100, server: 200 },
};

/** Measures and prints the speed of the realm's remctld and of the server at `port`. */
export function measureServerSpeed(realm, port) {
  const libremctl = compileLibremctl(realm);
  const ports = { remctld: realm.port, server: port };
  const table = {};
  for (const [mode, { unit, ...counts }] of Object.entries(MODES)) {
    const rates = { remctld: [], server: [] };
    // Round 0 warms up caches and compilers, so it does not count.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, list] of Object.entries(rates)) {
        const rate = counts[name] / libremctl(ports[name], mode, counts[name]);
        if (round > 0) {
          list.push(rate);
        }
      }
    }
    const medians = mapValues(rates, median);
    table[unit] = {
      ...mapValues(medians, Math.round),
      ratio: Number((medians.server / medians.remctld).toFixed(2)),
    };
  }
  console.log(`The server beside remctld, libremctl as client, medians of ${ROUNDS} rounds`);
  console.table(table);
}
