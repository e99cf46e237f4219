// Measures each backend's limits, and prints them as a table.
//
// Each backend is in a process of its own: memory is measured by process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BACKENDS } from './backends.mjs';

const PROGRAM = fileURLToPath(new URL('limits-process.mjs', import.meta.url));

/** Measures and prints the limits of all backends against the realm's remctld. */
export async function measureLimits(realm) {
  const rows = {};
  for (const name of Object.keys(BACKENDS)) {
    rows[name] = await measure(name, realm);
  }
  console.log('Limits');
  console.table(rows);
}

function measure(name, realm) {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [name, realm.host, String(realm.port)], { env: realm.env });
    child.once('error', reject);
    child.once('message', resolve);
    child.once('exit', (status) => {
      if (status !== 0) {
        reject(
          new Error(
            `the measurement of ${name} failed with exit status ${status}: see its output above`,
          ),
        );
      }
    });
  });
}
