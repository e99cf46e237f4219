// Measures each backend's limits, and prints them as a table.
//
// Each backend is in a process of its own: memory is measured by process.
import { fileURLToPath } from 'node:url';
import { BACKENDS } from './backends.mjs';
import { measureInProcess } from './measure-in-process.mjs';

const PROGRAM = fileURLToPath(new URL('limits-process.mjs', import.meta.url));

/** Measures and prints the limits of all backends against the realm's remctld. */
export async function measureLimits(realm) {
  const rows = {};
  for (const name of Object.keys(BACKENDS)) {
    rows[name] = await measureInProcess(PROGRAM, [name, realm.host, String(realm.port)], realm.env);
  }
  console.log('Limits');
  console.table(rows);
}
