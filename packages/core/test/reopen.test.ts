/** A command of protocol 1 that is closed before it is sent. */
import { expect, test } from 'vitest';
import { type Backend, Remctl, RemctlNotOpenedError } from '../src/index.js';
import { SUCCESS } from './support/answers.js';
import { microtasks } from './support/waiting.js';

test.each(Array.from({ length: 12 }, (_, moment) => [moment]))(
  'A close() %i microtasks after run() never lets a command out that is called not-sent',
  async (moment) => {
    const sent: string[] = [];
    const backend: Backend = {
      name: 'protocol 1',
      async connect() {
        return {
          protocol: 1,
          async send([name]) {
            sent.push(Buffer.from(name ?? []).toString());
          },
          receive: async () => SUCCESS,
          noop: () => Promise.resolve(),
          close: () => Promise.resolve(),
          abort: () => undefined,
        };
      },
    };
    const client = new Remctl(backend);
    await client.open('h', 1);
    await client.run(['first']).text();
    const run = client.run(['second']);
    const failure = run.text().catch((error: unknown) => error);
    await microtasks(moment);
    await client.close();
    const result = await failure;
    if (result instanceof RemctlNotOpenedError && result.commandState === 'not-sent') {
      expect(sent).toEqual(['first']);
    }
    expect(run.commandState === 'not-sent').toBe(!sent.includes('second'));
  },
);
