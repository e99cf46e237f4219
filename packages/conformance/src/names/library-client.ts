/** A program that opens hosts with a backend: a client of the type `server`. */
import { createInterface } from 'node:readline';
import { Remctl } from '@remctl/core';
import type { Ending, Question } from './run.js';

const { url, factory, canonicalize } = JSON.parse(process.argv[2] ?? '');
const backend = (await import(url))[factory]();

async function open({ host, port, ccache }: Question): Promise<Ending> {
  // Every backend and mechanism takes the default cache.
  process.env.KRB5CCNAME = ccache;
  const client = new Remctl(backend);
  try {
    await client.open({ host, port, canonicalize });
    const { stdout } = await client.run(['test', 'where']).text();
    // In protocol 1 the second command has a connection of its own.
    await client.run(['test', 'where']).text();
    return { machine: stdout.trim() };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.close();
  }
}

for await (const line of createInterface(process.stdin)) {
  console.log(JSON.stringify(await open(JSON.parse(line))));
}
