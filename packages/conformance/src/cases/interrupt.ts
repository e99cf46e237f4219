/** Aborts and close() while a call waits. */
import { type Remctl, RemctlNotOpenedError } from '@remctl/core';
import { startSilentServer } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import {
  expectAborted,
  interruptedError,
  openStalled,
  SETTLED_MS,
  UNREAD,
} from '../support/waiting.js';

const NO_WAIT_IN_1 = 'protocol 1 carries at most 64 KiB, which a socket takes without a reader';

/** Closes the client while the call waits. */
async function expectEndedByClose(client: Remctl, call: Promise<unknown>): Promise<void> {
  const error = await interruptedError(call, () => void client.close());
  expect(error).toBeInstanceOf(RemctlNotOpenedError);
}

export const interruptCases: readonly Case[] = [
  {
    id: 'interrupt/abort-open',
    title: 'an abort ends a waiting open() within 100 ms, with its reason',
    async run({ client, use }) {
      const silent = await use(startSilentServer());
      const waiting = client();
      await expectAborted((signal) =>
        waiting.open({ host: 'localhost', port: silent.port, signal }),
      );
    },
  },
  {
    id: 'interrupt/abort-output',
    title: 'an abort ends a waiting output() within 100 ms; the client can be opened again',
    async run({ open, host, port }) {
      const client = await open();
      await client.command(['test', 'sleep', '20']);
      await expectAborted((signal) => client.output({ signal }));
      expect(client.commandState).toBe('unknown');
      expect(await rejection(client.output())).toBeInstanceOf(RemctlNotOpenedError);
      await client.open(host, port);
      expect((await client.run(['echo', 'x']).bytes()).status).toBe(0);
    },
  },
  {
    id: 'interrupt/abort-command',
    title: 'an abort ends a waiting command() within 100 ms, with its reason',
    notInProtocol1: NO_WAIT_IN_1,
    async run(context) {
      const waiting = await openStalled(context);
      await expectAborted((signal) => waiting.command(['test', 'digest', UNREAD], { signal }));
      expect(waiting.commandState).toBe('unknown');
      expect(waiting.isOpen).toBe(false);
    },
  },
  {
    id: 'interrupt/close-command',
    title: 'close() ends a waiting command() within 100 ms with RemctlNotOpenedError',
    notInProtocol1: NO_WAIT_IN_1,
    async run(context) {
      const waiting = await openStalled(context);
      await expectEndedByClose(waiting, waiting.command(['test', 'digest', UNREAD]));
    },
  },
  {
    id: 'interrupt/close-noop',
    title: 'close() ends a waiting noop() within 100 ms with RemctlNotOpenedError',
    notInProtocol1: 'protocol 1 has no NOOP message',
    async run(context) {
      const waiting = await openStalled(context);
      await expectEndedByClose(waiting, waiting.noop());
    },
  },
  {
    id: 'interrupt/close-output',
    title: 'close() ends a waiting output() within 100 ms with RemctlNotOpenedError',
    async run({ open }) {
      const client = await open();
      await client.command(['test', 'sleep', '20']);
      await expectEndedByClose(client, client.output());
    },
  },
  {
    id: 'interrupt/close-open',
    title: 'close() ends a waiting open() within 100 ms with RemctlNotOpenedError',
    async run({ client, use }) {
      const silent = await use(startSilentServer());
      const waiting = client();
      await expectEndedByClose(waiting, waiting.open('localhost', silent.port));
    },
  },
  {
    id: 'interrupt/abort-run',
    title: 'an abort ends a waiting run(), and rejects its status',
    async run({ open }) {
      const client = await open();
      const controller = new AbortController();
      const reason = new Error('enough');
      setTimeout(() => controller.abort(reason), SETTLED_MS);
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
