/** What the API text leaves open, and what ends a call that waits. */
import { RemctlBusyError, RemctlNotOpenedError } from '@remctl/core';
import { startSilentServer, startStallingProxy } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { INTERRUPT_BOUND_MS, rejection, timeToReject, UNREAD } from './helpers.js';

/** After this the call surely waits. */
const SETTLED_MS = 150;

const later = (act: () => void) => setTimeout(act, SETTLED_MS);

export const stateCases: readonly Case[] = [
  {
    id: 'state/command-while-pending',
    title: 'a command while output is pending is refused, and the first goes on',
    async run({ open }) {
      const client = await open();
      await client.command(['echo', 'first']);
      expect(await rejection(client.command(['echo', 'second']))).toBeInstanceOf(RemctlBusyError);
      expect(await rejection(client.noop())).toBeInstanceOf(Error);
      expect(await client.output()).toMatchObject({ type: 'output' });
      expect(await client.output()).toEqual({ type: 'status', status: 0 });
    },
  },
  {
    id: 'state/concurrent',
    title: 'of two calls at once the second is refused, and the first goes on',
    async run({ open }) {
      const client = await open();
      await client.command(['test', 'sleep', '0.2']);
      const first = client.output();
      expect(await rejection(client.output())).toBeInstanceOf(RemctlBusyError);
      expect(await first).toEqual({ type: 'status', status: 0 });
    },
  },
  {
    id: 'state/reopen',
    title: 'open() on an open client closes the old connection first',
    async run({ open, host, port }) {
      const client = await open();
      await client.open(host, port);
      expect((await client.run(['echo', 'x']).bytes()).status).toBe(0);
    },
  },
  {
    id: 'interrupt/abort-open',
    title: 'an abort ends a waiting open() within 100 ms, with its reason',
    async run({ client, use }) {
      const silent = await use(startSilentServer());
      const waiting = client();
      const controller = new AbortController();
      const reason = new Error('enough');
      let aborted = 0;
      later(() => {
        aborted = performance.now();
        controller.abort(reason);
      });
      await timeToReject(
        waiting.open({ host: 'localhost', port: silent.port, signal: controller.signal }),
        (error) => expect(error).toBe(reason),
      );
      expect(performance.now() - aborted).toBeLessThan(INTERRUPT_BOUND_MS);
    },
  },
  {
    id: 'interrupt/abort-output',
    title: 'an abort ends a waiting output() within 100 ms; the client can be opened again',
    async run({ open, host, port }) {
      const client = await open();
      await client.command(['test', 'sleep', '20']);
      const controller = new AbortController();
      const reason = new Error('enough');
      let aborted = 0;
      later(() => {
        aborted = performance.now();
        controller.abort(reason);
      });
      await timeToReject(client.output({ signal: controller.signal }), (error) =>
        expect(error).toBe(reason),
      );
      expect(performance.now() - aborted).toBeLessThan(INTERRUPT_BOUND_MS);
      expect(client.commandState).toBe('unknown');
      expect(await rejection(client.output())).toBeInstanceOf(RemctlNotOpenedError);
      await client.open(host, port);
      expect((await client.run(['echo', 'x']).bytes()).status).toBe(0);
    },
  },
  {
    id: 'interrupt/abort-command',
    title: 'an abort ends a waiting command() within 100 ms, with its reason',
    notInProtocol1: 'protocol 1 carries at most 64 KiB, which a socket takes without a reader',
    async run({ client, port, use }) {
      const proxy = await use(startStallingProxy(port));
      const waiting = client();
      await waiting.open('localhost', proxy.port);
      proxy.stall();
      const controller = new AbortController();
      const reason = new Error('enough');
      let aborted = 0;
      later(() => {
        aborted = performance.now();
        controller.abort(reason);
      });
      const command = ['test', 'digest', UNREAD];
      await timeToReject(waiting.command(command, { signal: controller.signal }), (error) =>
        expect(error).toBe(reason),
      );
      expect(performance.now() - aborted).toBeLessThan(INTERRUPT_BOUND_MS);
      expect(waiting.commandState).toBe('unknown');
      expect(waiting.isOpen).toBe(false);
    },
  },
  {
    id: 'interrupt/close-command',
    title: 'close() ends a waiting command() within 100 ms with RemctlNotOpenedError',
    notInProtocol1: 'protocol 1 carries at most 64 KiB, which a socket takes without a reader',
    async run({ client, port, use }) {
      const proxy = await use(startStallingProxy(port));
      const waiting = client();
      await waiting.open('localhost', proxy.port);
      proxy.stall();
      let closed = 0;
      later(() => {
        closed = performance.now();
        void waiting.close();
      });
      const error = await rejection(waiting.command(['test', 'digest', UNREAD]));
      expect(error).toBeInstanceOf(RemctlNotOpenedError);
      expect(performance.now() - closed).toBeLessThan(INTERRUPT_BOUND_MS);
    },
  },
  {
    id: 'interrupt/close-noop',
    title: 'close() ends a waiting noop() within 100 ms with RemctlNotOpenedError',
    notInProtocol1: 'protocol 1 has no NOOP message',
    async run({ client, port, use }) {
      const proxy = await use(startStallingProxy(port));
      const waiting = client();
      await waiting.open('localhost', proxy.port);
      proxy.stall();
      let closed = 0;
      later(() => {
        closed = performance.now();
        void waiting.close();
      });
      expect(await rejection(waiting.noop())).toBeInstanceOf(RemctlNotOpenedError);
      expect(performance.now() - closed).toBeLessThan(INTERRUPT_BOUND_MS);
    },
  },
  {
    id: 'interrupt/close-output',
    title: 'close() ends a waiting output() within 100 ms with RemctlNotOpenedError',
    async run({ open }) {
      const client = await open();
      await client.command(['test', 'sleep', '20']);
      let closed = 0;
      later(() => {
        closed = performance.now();
        void client.close();
      });
      expect(await rejection(client.output())).toBeInstanceOf(RemctlNotOpenedError);
      expect(performance.now() - closed).toBeLessThan(INTERRUPT_BOUND_MS);
    },
  },
  {
    id: 'interrupt/close-open',
    title: 'close() ends a waiting open() within 100 ms with RemctlNotOpenedError',
    async run({ client, use }) {
      const silent = await use(startSilentServer());
      const waiting = client();
      let closed = 0;
      later(() => {
        closed = performance.now();
        void waiting.close();
      });
      const error = await rejection(waiting.open('localhost', silent.port));
      expect(error).toBeInstanceOf(RemctlNotOpenedError);
      expect(performance.now() - closed).toBeLessThan(INTERRUPT_BOUND_MS);
    },
  },
  {
    id: 'interrupt/abort-run',
    title: 'an abort ends a run() that waits, and rejects its status',
    async run({ open }) {
      const client = await open();
      const controller = new AbortController();
      const reason = new Error('enough');
      later(() => controller.abort(reason));
      const run = client.run(['test', 'sleep', '20'], { signal: controller.signal });
      expect(await rejection(run.status)).toBe(reason);
      expect(client.isOpen).toBe(false);
    },
  },
  {
    id: 'interrupt/break',
    title: 'leaving the loop over run() closes the connection',
    notInProtocol1: 'protocol 1 sends all output at the end',
    async run({ open }) {
      const client = await open();
      for await (const _ of client.run(['test', 'slow', '100', '0.1'])) {
        break;
      }
      expect(client.isOpen).toBe(false);
      expect(await rejection(client.command(['echo', 'x']))).toBeInstanceOf(RemctlNotOpenedError);
    },
  },
];
