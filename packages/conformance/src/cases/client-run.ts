/** Client.run(): reading, leaving and interrupting a run, and the output limit. */
import { Readable } from 'node:stream';
import {
  type Remctl,
  RemctlNotOpenedError,
  RemctlOutputLimitError,
  type RemctlRun,
  remctl,
} from '@remctl/core';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import { collectTokens, readStream } from '../support/reading.js';
import { SETTLED_MS } from '../support/waiting.js';

const ONE_ANSWER_IN_1 = 'an answer of protocol 1 is one message of standard output';
/** Bytes of `maxOutput`. */
const LIMIT = 100_000;

const waysToRead: Readonly<Record<string, (run: RemctlRun) => Promise<unknown>>> = {
  'text()': (run) => run.text(),
  'bytes()': (run) => run.bytes(),
  'discard()': (run) => run.discard(),
  status: (run) => run.status,
  stdout: (run) => readStream(run.stdout),
  stderr: (run) => readStream(run.stderr),
  'for await': (run) => collectTokens(run),
};

/** Expects that the client can be opened again, and then runs a command. */
async function expectUsable(client: Remctl, host: string, port: number): Promise<void> {
  await client.open(host, port);
  expect((await client.run(['echo', 'again']).text()).stdout).toBe('again\n');
}

export const clientRunCases: readonly Case[] = [
  {
    id: 'run/signal-reason',
    title: "an aborted run rejects with the signal's reason, however it is read",
    async run({ open, host, port }) {
      const client = await open();
      for (const [name, consume] of Object.entries(waysToRead)) {
        const controller = new AbortController();
        const run = client.run(['test', 'sleep', '20'], { signal: controller.signal });
        const reason = new Error(`enough of ${name}`);
        setTimeout(() => controller.abort(reason), SETTLED_MS);
        expect(await rejection(consume(run))).toBe(reason);
        expect(run.commandState).toBe('unknown');
        await expectUsable(client, host, port);
      }
    },
  },
  {
    id: 'run/simple-signal-reason',
    title:
      'remctl() rejects with the reason of its signal: a TimeoutError for AbortSignal.timeout()',
    async run({ backend, host, port }) {
      const signal = AbortSignal.timeout(2 * SETTLED_MS);
      const command = ['test', 'sleep', '20'];
      const error = await rejection(remctl({ backend, host, port, command, signal }));
      expect(error).toBe(signal.reason);
      expect(error).toMatchObject({ name: 'TimeoutError' });
    },
  },
  {
    id: 'run/interrupted-by-open',
    title: 'open() while a run is read: the state of the command is never not-sent',
    async run({ open, host, port }) {
      const client = await open();
      for (let offset = 0; offset < 10; offset += 1) {
        const run = client.run(['echo', 'x']);
        const whole = run.text().catch((error: unknown) => error);
        for (let n = 0; n < offset; n += 1) {
          await undefined;
        }
        // open() is refused as busy while the command is being sent; later it interrupts the run.
        await client.open(host, port).catch(() => undefined);
        const result = await whole;
        const state = result instanceof Error ? 'unknown' : 'finished';
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(RemctlNotOpenedError);
          expect(result).toMatchObject({ commandState: state });
        }
        expect(run.commandState).toBe(state);
        await client.open(host, port);
      }
    },
  },
  {
    id: 'run/late-stderr',
    title: 'standard error is complete if it is read after standard output',
    notInProtocol1: ONE_ANSWER_IN_1,
    async run({ open }) {
      const client = await open();
      const run = client.run(['test', 'streams']);
      expect(await readStream(run.stdout)).toBe('out 1\nout 2\n');
      expect(await readStream(run.stderr)).toBe('err 1\nerr 2\n');
      const second = client.run(['test', 'streams']);
      expect(await second.status).toBe(0);
      expect(await readStream(second.stderr)).toBe('err 1\nerr 2\n');
      expect(await readStream(second.stdout)).toBe('out 1\nout 2\n');
    },
  },
  {
    id: 'run/output-limit',
    title: 'more output than maxOutput is a RemctlOutputLimitError, and ends the connection',
    notInProtocol1: 'an answer of protocol 1 has 64 KiB at most',
    async run({ open, host, port }) {
      const client = await open();
      const unread: typeof waysToRead = {
        'text()': (run) => run.text(),
        'bytes()': (run) => run.bytes(),
        status: (run) => run.status,
        'stderr, beside an unread stdout': (run) => {
          void run.stdout;
          return readStream(run.stderr);
        },
      };
      for (const consume of Object.values(unread)) {
        const run = client.run(['test', 'output', '10000000'], { maxOutput: LIMIT });
        const error = await rejection(consume(run));
        expect(error).toBeInstanceOf(RemctlOutputLimitError);
        expect(error).toMatchObject({ limit: LIMIT, commandState: 'unknown' });
        expect(client.isOpen).toBe(false);
        await expectUsable(client, host, port);
      }
      const exact = client.run(['test', 'output', String(LIMIT)], { maxOutput: LIMIT });
      expect((await exact.bytes()).stdout).toHaveLength(LIMIT);
      const read1 = client.run(['test', 'output', '1000000'], { maxOutput: LIMIT });
      expect((await readStream(read1.stdout)).length).toBe(1_000_000);
      const discarded = client.run(['test', 'output', '1000000'], { maxOutput: LIMIT });
      expect(await discarded.discard()).toBe(0);
    },
  },
  {
    id: 'run/byte-order-mark',
    title: 'text() keeps a byte order mark',
    async run({ open }) {
      const client = await open();
      expect((await client.run(['echo', '\ufeffx']).text()).stdout).toBe('\ufeffx\n');
    },
  },
  {
    id: 'run/left-unread',
    title: 'a run that is left before its end frees the client',
    async run({ open, host, port }) {
      const client = await open();
      const leave: readonly ((run: RemctlRun) => unknown)[] = [
        (run) => Readable.from(run).destroy(),
        (run) => run[Symbol.asyncIterator]().return?.(),
        (run) => run.stdout.cancel(),
      ];
      for (const each of leave) {
        const run = client.run(['test', 'sleep', '20']);
        await each(run);
        await expectUsable(client, host, port);
        await rejection(run.status);
      }
    },
  },
];
