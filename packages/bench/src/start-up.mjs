// Measures whole processes of the command `remctl`, from start to end, and prints them beside node's own.
//
// The rounds take turns. The table shows medians, and each median's ratio to a node that does nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './median.mjs';

/** The number of rounds. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7) * 3;

const pathOf = (file) => fileURLToPath(import.meta.resolve(`@remctl/cli/${file}`));

/** The measured programs: the bundle that is published, and the compiled files that it is made of. */
const PROGRAMS = { bundle: pathOf('bundle/remctl.cjs'), compiled: pathOf('dist/main.js') };

/** Returns the command lines to measure, by name. */
function contenders(realm) {
  const command = ['-p', String(realm.port), realm.host, 'true', 'hello'];
  const all = {
    'node -e 0': [process.execPath, '-e', '0'],
    'remctl of C, true': ['remctl', ...command],
  };
  for (const [name, path] of Object.entries(PROGRAMS)) {
    const program = [process.execPath, path];
    all[`${name}, -v`] = [...program, '-v'];
    all[`${name}, -h`] = [...program, '-h'];
    all[`${name}, true, pure`] = [...program, '--backend', 'pure', ...command];
    all[`${name}, true, native`] = [...program, '--backend', 'native', ...command];
  }
  return all;
}

/** Runs a program to its end and returns the milliseconds. Throws an Error if it fails. */
function run([program, ...args], env) {
  const started = performance.now();
  const { error, status, stderr } = spawnSync(program, args, { env });
  const ms = performance.now() - started;
  if (error !== undefined || status !== 0) {
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  }
  return ms;
}

/** Measures and prints the start-up of the command, with one command on the realm's remctld. */
export function measureStartUp(realm) {
  // Node reads these certificates at each start, which is no work of ours.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = { ...process.env, ...realm.env };
  const all = contenders(realm);
  const times = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  // The first round warms up the system's caches, so it does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, command] of Object.entries(all)) {
      const ms = run(command, env);
      if (round > 0) {
        times[name].push(ms);
      }
    }
  }
  const node = median(times['node -e 0']);
  console.log(
    `Start-up: whole processes, medians of ${ROUNDS} rounds; ratios to node: below is faster`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(times).map(([name, list]) => [
        name,
        { ms: Number(median(list).toFixed(1)), ratio: Number((median(list) / node).toFixed(2)) },
      ]),
    ),
  );
}
