// The limits: each backend in a process of its own, so that none is charged with another's memory.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BACKENDS } from './backends.mjs';

const PROGRAM = fileURLToPath(new URL('limits-process.mjs', import.meta.url));

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
        reject(new Error(`the measure of ${name} ended with ${status}`));
      }
    });
  });
}
