/** Commands on a few connections that are kept. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createPool,
  type Pool,
  type PoolOptions,
  RemctlAuthenticationError,
  RemctlNetworkError,
  RemctlNotOpenedError,
} from '@remctl/core';
import { type RemctldProxy, startForwardingProxy } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import { tallyName } from '../support/unique-names.js';

const POLL_MS = 20;
/** Far more than the end of a connection takes. */
const PATIENCE_MS = 10_000;
/** Far more than the end of a connection takes to arrive on this machine. */
const ARRIVAL_MS = 500;
/** A command that writes a line at once, and would go on for a minute. */
const LONG = ['test', 'slow', '600', '0.1'];

/** Makes a pool whose connections a proxy counts, and ends it after the case. */
async function countedPool(context: CaseContext, options: PoolOptions = {}) {
  const { backend, host, port, use } = context;
  const proxy = await use(startForwardingProxy(port));
  const pool = await use(createPool(backend, { host, port: proxy.port }, options));
  return { pool, proxy };
}

/** Listens on a port where the first connection gets no answer. Later ones lead to the case's server. */
async function startSilentAtFirst({ host, port, use }: CaseContext) {
  const sockets: Socket[] = [];
  const keep = (socket: Socket) => {
    sockets.push(socket);
    // Both sides of a connection that a pool ends may report a reset.
    socket.on('error', () => socket.destroy());
    return socket;
  };
  let connections = 0;
  const server = createServer((socket) => {
    keep(socket);
    connections += 1;
    if (connections > 1) {
      const onward = keep(connect({ host, port }));
      socket.pipe(onward).pipe(socket);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = async () => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  await use(Promise.resolve({ [Symbol.asyncDispose]: end }));
  const { port: own } = server.address() as AddressInfo;
  return { port: own, connections: () => connections };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition() && performance.now() < deadline) {
    await sleep(POLL_MS);
  }
  expect(condition()).toBe(true);
}

const expectEmpty = (pool: Pool, proxy: RemctldProxy) =>
  until(() => proxy.open() === 0 && pool.metrics.open === 0);

export const poolCases: readonly Case[] = [
  {
    id: 'pool/commands',
    title: '60 commands share at most 3 connections, each with its own answer, each run once',
    async run(context) {
      const { realm, protocol } = context;
      const { pool, proxy } = await countedPool(context, { max: 3 });
      const tally = tallyName(context, 'pool');
      let most = 0;
      const answers = await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          const { stdout } = await pool.run(['echo', String(index)]).text();
          await pool.run(['test', 'tally', tally]).discard();
          most = Math.max(most, proxy.open(), pool.metrics.open);
          return stdout;
        }),
      );
      expect(answers).toEqual(Array.from({ length: 60 }, (_, index) => `${index}\n`));
      expect(realm.tally(tally)).toBe(60);
      // In protocol 1 a connection carries one command, and its end may be seen after the next one's begin.
      expect(most).toBeLessThanOrEqual(protocol === 1 ? 6 : 3);
      expect(proxy.connections()).toBe(protocol === 1 ? 120 : 3);
    },
  },
  {
    id: 'pool/idle-end',
    title: 'a connection that was ended while idle is replaced; the command runs once',
    async run(context) {
      const { backend, host, port, realm, use } = context;
      const first = await startForwardingProxy(port);
      const pool = await use(createPool(backend, { host, port: first.port }, { max: 1 }));
      const tally = tallyName(context, 'pool-idle');
      expect(await pool.run(['true', 'x']).discard()).toBe(0);
      await first[Symbol.asyncDispose]();
      const second = await use(startForwardingProxy(port, { port: first.port }));
      // Until the end has arrived, a command may be sent into it: that is another case.
      await sleep(ARRIVAL_MS);
      expect(await pool.run(['test', 'tally', tally]).discard()).toBe(0);
      expect(realm.tally(tally)).toBe(1);
      expect(second.connections()).toBe(1);
    },
  },
  {
    id: 'pool/restarted',
    title:
      'remctld restarts while all connections are idle: each is replaced, each command runs once',
    async run(context) {
      const { backend, realm, use } = context;
      const first = await realm.startRemctld();
      const { port } = first;
      const lost: unknown[] = [];
      const pool = await use(
        createPool(
          backend,
          { host: 'localhost', port },
          { max: 3, onLost: (error) => lost.push(error) },
        ),
      );
      const tally = tallyName(context, 'pool-restarted');
      const runThree = () =>
        Promise.all([1, 2, 3].map(() => pool.run(['test', 'tally', tally]).discard()));
      expect(await runThree()).toEqual([0, 0, 0]);
      await first.kill();
      await realm.startRemctld({ port });
      expect(await runThree()).toEqual([0, 0, 0]);
      expect(realm.tally(tally)).toBe(6);
      expect(pool.metrics).toEqual({ open: 3, busy: 0, waiting: 0 });
      expect(lost).toHaveLength(3);
    },
  },
  {
    id: 'pool/lost-command',
    title: 'a command whose connection breaks is unknown, and does not run again',
    async run(context) {
      const { backend, host, port, use } = context;
      const proxy = await startForwardingProxy(port);
      const lost: unknown[] = [];
      const pool = await use(
        createPool(
          backend,
          { host, port: proxy.port },
          { max: 1, onLost: (error) => lost.push(error) },
        ),
      );
      const run = pool.run(LONG);
      const end = rejection(run.text());
      await until(() => run.commandState === 'unknown' && proxy.open() === 1);
      await proxy[Symbol.asyncDispose]();
      expect(await end).toBeInstanceOf(RemctlNetworkError);
      expect(run.commandState).toBe('unknown');
      await until(() => lost.length === 1);
      expect(pool.metrics).toEqual({ open: 0, busy: 0, waiting: 0 });
    },
  },
  {
    id: 'pool/keep-alive',
    title: 'idle connections get NOOPs; where the server has none they are closed and opened again',
    async run(context) {
      const lost: unknown[] = [];
      const { pool, proxy } = await countedPool(context, {
        max: 1,
        keepAlive: 0.05,
        onLost: (error) => lost.push(error),
      });
      expect(await pool.run(['true', 'x']).discard()).toBe(0);
      const before = proxy.connections();
      if (context.protocol === 1) {
        await expectEmpty(pool, proxy);
      } else {
        await sleep(10 * POLL_MS);
        expect(pool.metrics.open).toBe(1);
      }
      expect(await pool.run(['true', 'x']).discard()).toBe(0);
      expect(proxy.connections()).toBe(context.protocol === 1 ? before + 1 : before);
      expect(lost).toEqual([]);
    },
  },
  {
    id: 'pool/idle-timeout',
    title: 'a connection without a command is closed after its time, and opened again when needed',
    async run(context) {
      const { pool, proxy } = await countedPool(context, { idleTimeout: 0.05 });
      expect(await pool.run(['true', 'x']).discard()).toBe(0);
      await expectEmpty(pool, proxy);
      expect(await pool.run(['true', 'x']).discard()).toBe(0);
    },
  },
  {
    id: 'pool/abort',
    title: 'an abort ends a running command and takes a waiting one out; the others go on',
    async run(context) {
      const { realm } = context;
      const { pool } = await countedPool(context, { max: 1 });
      const tally = tallyName(context, 'pool-abort');
      const [first, second] = [new AbortController(), new AbortController()];
      const running = pool.run(LONG, { signal: first.signal });
      const waiting = pool.run(['test', 'tally', tally], { signal: second.signal });
      const third = pool.run(['echo', 'third']).text();
      const ends = [rejection(running.text()), rejection(waiting.text())];
      await until(() => running.commandState === 'unknown');
      second.abort(new Error('not any more'));
      expect(pool.metrics.waiting).toBe(1);
      first.abort(new Error('enough'));
      expect(await ends[0]).toMatchObject({ message: 'enough' });
      expect(await ends[1]).toMatchObject({ message: 'not any more' });
      expect(waiting.commandState).toBe('not-sent');
      expect(await third).toMatchObject({ stdout: 'third\n' });
      expect(realm.tally(tally)).toBe(0);
    },
  },
  {
    id: 'pool/abort-opening',
    title: 'an abort ends an open that gets no answer; the next command opens another connection',
    async run(context) {
      const { backend, realm, use } = context;
      const server = await startSilentAtFirst(context);
      const pool = await use(
        createPool(
          backend,
          { host: '127.0.0.1', port: server.port, principal: realm.principals.server },
          { max: 1 },
        ),
      );
      const controller = new AbortController();
      const opening = pool.run(['echo', 'never'], { signal: controller.signal });
      const end = rejection(opening.text());
      const waiting = pool.run(['echo', 'later']).text();
      await until(() => server.connections() === 1);
      expect(pool.metrics).toEqual({ open: 0, busy: 1, waiting: 1 });
      controller.abort(new Error('enough'));
      expect(await end).toMatchObject({ message: 'enough' });
      expect(opening.commandState).toBe('not-sent');
      expect(await waiting).toMatchObject({ stdout: 'later\n' });
      expect(server.connections()).toBe(2);
    },
  },
  {
    id: 'pool/refused',
    title: 'where no connection can be opened, each command that waits gets the failure',
    async run({ backend, host, port, realm, use }) {
      const principal = realm.principals.unknownServer;
      const pool = await use(createPool(backend, { host, port, principal }, { max: 2 }));
      const runs = Array.from({ length: 20 }, () => pool.run(['true', 'x']));
      for (const run of runs) {
        expect(await rejection(run.text())).toBeInstanceOf(RemctlAuthenticationError);
        expect(run.commandState).toBe('not-sent');
      }
      expect(await rejection(pool.open())).toBeInstanceOf(RemctlAuthenticationError);
    },
  },
  {
    id: 'pool/close',
    title: 'close() waits for commands that were taken, takes no other, and leaves no connection',
    async run(context) {
      const { pool, proxy } = await countedPool(context, { max: 2 });
      const runs = Array.from({ length: 6 }, () => pool.run(['test', 'sleep', '0.05']).discard());
      const closing = pool.close();
      const late = rejection(pool.run(['true', 'x']).text());
      expect(await Promise.all(runs)).toEqual([0, 0, 0, 0, 0, 0]);
      await closing;
      expect(await late).toBeInstanceOf(RemctlNotOpenedError);
      await expectEmpty(pool, proxy);
    },
  },
  {
    id: 'pool/close-now',
    title: 'close() with a signal ends what runs and what waits',
    async run(context) {
      const { pool, proxy } = await countedPool(context, { max: 1 });
      const running = pool.run(LONG);
      const waiting = pool.run(['true', 'x']);
      const ends = [rejection(running.text()), rejection(waiting.text())];
      await until(() => running.commandState === 'unknown');
      const signal = AbortSignal.abort(new Error('enough'));
      expect(await rejection(pool.close({ signal }))).toMatchObject({ message: 'enough' });
      expect(await ends[0]).toMatchObject({ commandState: 'unknown' });
      expect(await ends[1]).toMatchObject({ commandState: 'not-sent' });
      await expectEmpty(pool, proxy);
    },
  },
];
