/** What a client shows of its connection, and what the channels of node:diagnostics_channel tell. */
import { inspect } from 'node:util';
import { type ConnectionInfo, runOnHosts } from '@remctl/core';
import { eventText, type RemctlEvent, watchEvents } from '@remctl/core/events';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { rejection } from '../support/expected-errors.js';

const MS_PER_HOUR = 3_600_000;
/** Hours that the realm's tickets last. */
const LIFETIME_H = 10;
const SECRET = 'm4rked-s3cret';

async function infoOf({ open }: CaseContext): Promise<ConnectionInfo> {
  const { connection } = await open();
  return connection ?? expect.fail('an open client has no connection');
}

/** Returns the events of this case's clients from the begin of `work` to its end. */
async function eventsOf(host: string, work: () => Promise<unknown>): Promise<RemctlEvent[]> {
  const events: RemctlEvent[] = [];
  const stop = watchEvents((event) => events.push(event));
  try {
    await work();
  } finally {
    stop();
  }
  return events.filter(({ message }) => !('host' in message) || message.host === host);
}

function nameOf(event: RemctlEvent): string {
  const name = event.channel.replace('remctl:', '');
  return 'moment' in event ? `${name} ${event.moment}` : name;
}

export const insideCases: readonly Case[] = [
  {
    id: 'inside/connection',
    title: 'client.connection has the protocol and the port, and is undefined while none is open',
    async run({ client: make, host, port, protocol }) {
      const client = make();
      expect(client.connection).toBe(undefined);
      await client.open(host, port);
      expect(client.connection).toMatchObject({ protocol, port });
      expect(Object.isFrozen(client.connection)).toBe(true);
      expect(inspect(client)).toContain("state: 'open'");
      await client.close();
      expect(client.connection).toBe(undefined);
      expect(inspect(client)).toContain("state: 'closed'");
    },
  },
  {
    id: 'inside/address',
    title: 'client.connection has the address that the connection leads to',
    async run(context) {
      expect((await infoOf(context)).address).toBe('127.0.0.1');
    },
  },
  {
    id: 'inside/server-principal',
    title: 'client.connection has the principal that the server has proved to be',
    async run(context) {
      const { server, otherServer } = context.realm.principals;
      expect((await infoOf(context)).serverPrincipal).toBe(server);
      const client = context.client();
      await client.open(context.host, context.port, otherServer);
      expect(client.connection?.serverPrincipal).toBe(otherServer);
    },
  },
  {
    id: 'inside/client-principal',
    title: 'client.connection has the principal that the server knows the client by',
    async run(context) {
      const { client } = context.realm.principals;
      expect((await infoOf(context)).clientPrincipal).toBe(client);
    },
  },
  {
    id: 'inside/ticket-end',
    title: "client.connection has the end of the server's ticket",
    async run(context) {
      const { ticketEnd } = await infoOf(context);
      const hours = (Number(ticketEnd) - Date.now()) / MS_PER_HOUR;
      expect(hours).toBeGreaterThan(LIFETIME_H - 1);
      expect(hours).toBeLessThanOrEqual(LIFETIME_H);
    },
  },
  {
    id: 'inside/events',
    title: 'a command is told from its open to its close',
    async run({ client: make, host, port, protocol }) {
      const client = make();
      const events = await eventsOf(host, async () => {
        await client.open(host, port);
        await client.run(['test', 'status', '3']).text();
        await client.close();
      });
      expect(events.map(nameOf).filter((name) => name !== 'token')).toEqual([
        'open start',
        'negotiate start',
        'negotiate end',
        'open end',
        'command start',
        'command end',
        'close',
      ]);
      const [end] = events.filter((event) => nameOf(event) === 'command end');
      expect(end?.message).toMatchObject({ name: 'test', status: 3, commandState: 'finished' });
      const because = protocol === 1 ? 'spent' : 'close';
      expect(events.at(-1)?.message).toMatchObject({ because, commands: 1 });
    },
  },
  {
    id: 'inside/connected',
    title: 'an open tells when TCP was connected, and where',
    async run({ client: make, host, port }) {
      const events = await eventsOf(host, () => make().open(host, port));
      const [negotiated] = events.filter((event) => nameOf(event) === 'negotiate end');
      expect(negotiated?.message).toMatchObject({
        address: '127.0.0.1',
        connectedMs: expect.any(Number),
      });
    },
  },
  {
    id: 'inside/no-secrets',
    title: 'no argument and no output is in an event, its text, or what inspection shows',
    async run({ backend, client: make, host, port }) {
      const shown: unknown[] = [];
      const show = (value: unknown) =>
        shown.push(inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }));
      const client = make();
      const stop = watchEvents((event) => {
        show(event);
        shown.push(eventText(event), JSON.stringify(event));
      });
      try {
        await client.open(host, port);
        const run = client.run(['echo', SECRET]);
        show(run);
        expect((await run.text()).stdout).toBe(`${SECRET}\n`);
        await rejection(client.run(['no', 'such', SECRET]).text()).catch(() => undefined);
        await client.command(['echo', SECRET]).catch(() => undefined);
        show(client);
        await client.close();
        const target = { backend, port, retryUnsent: 1 };
        for await (const { type } of runOnHosts([host], ['echo', SECRET], target)) {
          expect(type).toBe('finished');
        }
      } finally {
        stop();
      }
      expect(shown.length).toBeGreaterThan(30);
      expect(shown.join('\n')).not.toContain(SECRET);
    },
  },
];
