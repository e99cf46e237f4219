/** Commands of protocol 1 while their connection is being opened. */
import { expect, test } from 'vitest';
import { type Backend, Remctl, RemctlNotOpenedError } from '../src/index.js';
import { SUCCESS } from './support/answers.js';
import { manualBackend } from './support/manual-backend.js';
import { caught, microtasks } from './support/waiting.js';

test.each(Array.from({ length: 12 }, (_, moment) => [moment]))(
  'a close() %i microtasks after run() sends no command that is reported as not-sent',
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
    const failure = caught(run.text());
    await microtasks(moment);
    await client.close();
    const result = await failure;
    if (result instanceof RemctlNotOpenedError && result.commandState === 'not-sent') {
      expect(sent).toEqual(['first']);
    }
    expect(run.commandState === 'not-sent').toBe(!sent.includes('second'));
  },
);

test.each(Array.from({ length: 16 }, (_, moment) => [moment]))(
  'a run() %i microtasks after another does not put a second command on its connection',
  async (moment) => {
    const { backend, log } = manualBackend(1);
    const client = new Remctl(backend);
    await client.open('h', 1);
    await client.run(['first']).text();
    const second = client.run(['second']).text();
    await microtasks(moment);
    const third = caught(client.run(['third']).text());
    await second;
    await third;
    const sends = log.join('|').split('connect 1').slice(1);
    expect(sends.map((each) => each.split('send ').length - 1)).not.toContain(2);
  },
);
