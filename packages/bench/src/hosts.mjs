// Measures runOnHosts on many hosts with each backend, and prints a table.
import { fileURLToPath } from 'node:url';
import { BACKENDS } from './backends.mjs';
import { measureInProcess } from './measure-in-process.mjs';
import { startServer } from './server-here.mjs';

const PROGRAM = fileURLToPath(new URL('hosts-process.mjs', import.meta.url));
const HOSTS = 2000;
const NO_CCACHE = 'FILE:/nonexistent';

/**
 * Measures and prints a command on 2,000 addresses of one server, the same without a ticket, and 2,000 times on one
 * remctld: its opens take turns.
 */
export async function measureHosts(realm) {
  const server = await startServer(realm, '0.0.0.0');
  const rows = {};
  for (const name of Object.keys(BACKENDS)) {
    const measure = (port, addresses, env) =>
      measureInProcess(
        PROGRAM,
        [name, String(port), realm.principals.server, String(HOSTS), addresses],
        env,
      );
    rows[name] = await measure(server.port, 'each', realm.env);
    const without = { ...realm.env, KRB5CCNAME: NO_CCACHE };
    rows[`${name}, no ticket`] = await measure(server.port, 'each', without);
    rows[`${name}, one remctld`] = await measure(realm.port, 'one', realm.env);
  }
  await server.stop();
  console.log(`One command on ${HOSTS} hosts`);
  console.table(rows);
}
