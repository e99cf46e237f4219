/**
 * A service that runs a command for each of its clients whenever it is told to.
 *
 * It reads lines of JSON from standard input: `{ clients: { name: options } }`. For each it writes a line
 * with what every client printed, or its error, and what the process uses.
 */
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { remctl } from '@remctl/core';
import { createPureBackend } from '@remctl/pure-backend';

const backend = createPureBackend();

async function whoami(options) {
  try {
    const result = await remctl({ ...options, backend, command: ['test', 'whoami'] });
    const [said, complaint] = [result.stdout, result.stderr].map((each) =>
      Buffer.from(each).toString(),
    );
    return said.trim() || `status ${result.status}: ${complaint}`;
  } catch (error) {
    return String(error);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { clients } = JSON.parse(line);
  const names = Object.keys(clients);
  const said = await Promise.all(names.map((name) => whoami(clients[name])));
  globalThis.gc();
  console.log(
    JSON.stringify({
      said: Object.fromEntries(names.map((name, at) => [name, said[at]])),
      now: Date.now(),
      heap: process.memoryUsage().heapUsed,
      descriptors: readdirSync('/proc/self/fd').length,
    }),
  );
}
