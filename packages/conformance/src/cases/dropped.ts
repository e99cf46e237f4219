/** Clients that become garbage while they are open. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, Remctl } from '@remctl/core';
import { startForwardingProxy } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { collectGarbage } from '../support/process-usage.js';
import { text } from '../support/reading.js';

const CLIENTS = 20;
/** Far more than a collection and the end of a connection take. */
const PATIENCE_MS = 20_000;
const POLL_MS = 20;
/** Seconds: more than a case takes. */
const TIMEOUT = 60;

const CLOSED_WHEN_DESTROYED =
  '"The connection will also be automatically closed when the object is destroyed"';

type Use = (client: Remctl) => Promise<unknown>;

/** Opens a client, uses it, and drops it. Only the value that `use` returns may still hold it. */
async function useAndDrop(backend: Backend, port: number, use: Use): Promise<unknown> {
  // A client of the context would be held until the end of the case. The time-out shows that its
  // timers do not hold the client.
  const client = new Remctl(backend, { timeout: TIMEOUT });
  await client.open('localhost', port);
  return use(client);
}

/** Drops clients after this use, and waits until every connection has ended at the server. */
async function expectClosed({ backend, port, use }: CaseContext, how: Use): Promise<void> {
  const proxy = await use(startForwardingProxy(port));
  for (let n = 0; n < CLIENTS; n += 1) {
    await useAndDrop(backend, proxy.port, how);
  }
  expect(proxy.connections()).toBe(CLIENTS);
  const deadline = performance.now() + PATIENCE_MS;
  while (proxy.open() > 0 && performance.now() < deadline) {
    collectGarbage();
    await sleep(POLL_MS);
  }
  expect(proxy.open()).toBe(0);
}

/** Collects garbage until the promise settles. */
async function collectUntil<T>(work: Promise<T>): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  while (!over) {
    collectGarbage();
    await sleep(POLL_MS);
  }
  return work;
}

const LINES = ['test', 'slow', '3', '0.2'];
const ALL_LINES = 'line 1\nline 2\nline 3\n';

export const droppedCases: readonly Case[] = [
  {
    id: 'dropped/idle',
    title: `${CLOSED_WHEN_DESTROYED}: open, and never used`,
    timeoutMs: 2 * PATIENCE_MS,
    run: (context) => expectClosed(context, async () => undefined),
  },
  {
    id: 'dropped/used',
    title: `${CLOSED_WHEN_DESTROYED}: after commands and a NOOP`,
    timeoutMs: 2 * PATIENCE_MS,
    notInProtocol1: 'the answer of protocol 1 ends the connection',
    run: (context) =>
      expectClosed(context, async (client) => {
        expect((await client.run(['echo', 'x']).text()).stdout).toBe('x\n');
        await client.command(['true', 'x']);
        expect(await client.output()).toEqual({ type: 'status', status: 0 });
        await client.noop();
      }),
  },
  {
    id: 'dropped/output-pending',
    title: `${CLOSED_WHEN_DESTROYED}: with output that nobody reads`,
    timeoutMs: 2 * PATIENCE_MS,
    run: (context) =>
      expectClosed(context, (client) => client.command(['test', 'output', '60000'])),
  },
  {
    id: 'dropped/output-endless',
    title: `${CLOSED_WHEN_DESTROYED}: with a server that goes on sending`,
    timeoutMs: 2 * PATIENCE_MS,
    notInProtocol1: 'an answer of protocol 1 is one message',
    run: (context) =>
      expectClosed(context, async (client) => {
        await client.command(['test', 'output', String(2 ** 40)]);
        await client.output();
      }),
  },
  {
    id: 'dropped/run-unread',
    title: `${CLOSED_WHEN_DESTROYED}: with a run that nobody reads`,
    timeoutMs: 2 * PATIENCE_MS,
    run: (context) =>
      expectClosed(context, async (client) => {
        client.run(['test', 'sleep', '600']);
        // Time in which the command is sent.
        await sleep(POLL_MS);
      }),
  },
  {
    id: 'dropped/waiting',
    title: 'a client that nobody holds stays open while its call waits',
    async run({ backend, host, port }) {
      const waiting = async (): Promise<[unknown, unknown]> => {
        const client = new Remctl(backend);
        await client.open(host, port);
        await client.command(['test', 'sleep', '0.5']);
        return [await client.output(), await client.output()];
      };
      const [first, second] = await collectUntil(waiting());
      expect(first).toEqual({ type: 'status', status: 0 });
      expect(second).toEqual({ type: 'done' });
    },
  },
  {
    id: 'dropped/run-read',
    title: 'a client that nobody holds stays open while its run is read',
    async run({ backend, port }) {
      const whole = useAndDrop(backend, port, (client) => client.run(LINES).text());
      expect(await collectUntil(whole)).toMatchObject({ stdout: ALL_LINES, status: 0 });

      const holder: { stdout?: ReadableStream<Uint8Array> } = {};
      await useAndDrop(backend, port, async (client) => {
        holder.stdout = client.run(LINES).stdout;
      });
      let read = '';
      const reader = holder.stdout?.getReader();
      for (;;) {
        collectGarbage();
        await sleep(POLL_MS);
        const piece = await reader?.read();
        if (piece?.value === undefined) {
          break;
        }
        read += text(piece.value);
      }
      expect(read).toBe(ALL_LINES);
    },
  },
];
