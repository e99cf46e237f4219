/**
 * Program: many clients of one server, to be killed at any moment.
 *
 * Its argument is a ClientJob as JSON. It sends `open` once all connections are open, and begins when it
 * gets a message. It ends with status 0 once the range of commands is done.
 */
import { type Backend, Remctl } from '@remctl/core';
import type { ClientJob } from './client-job.js';
import { appendToJournal } from './client-journal.js';

/** Seconds: far more than a busy machine needs, so that a slow answer is not taken for a hang. */
const SILENCE_SECONDS = 120;

const job: ClientJob = JSON.parse(process.argv[2] ?? '');
const makers: Record<string, () => Backend> = await import(job.module.url);
const makeBackend = makers[job.module.factory];
if (makeBackend === undefined) {
  throw new Error(`${job.module.url} exports no ${job.module.factory}`);
}
const backend = makeBackend();
const journal = appendToJournal(job.journal);

const clients = await Promise.all(
  Array.from({ length: job.connections }, async () => {
    const client = new Remctl(backend, { timeout: SILENCE_SECONDS });
    await client.open(job.host, job.port);
    return client;
  }),
);
const begin = new Promise<void>((resolve) => process.once('message', () => resolve()));
process.send?.('open');
await begin;

let next = job.from;
await Promise.all(
  clients.map(async (client) => {
    while (next < job.to) {
      const id = next;
      next += 1;
      journal.begin(id);
      const { status } = await client.run([...job.command, String(id)]).bytes();
      if (status !== 0) {
        throw new Error(`command ${id} ended with status ${status}`);
      }
      journal.finish(id);
    }
  }),
);
await Promise.all(clients.map((client) => client.close()));
process.disconnect();
