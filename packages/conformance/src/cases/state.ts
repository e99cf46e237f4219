/** Calls at the wrong time: with output pending, at once, when open. */
import { RemctlBusyError } from '@remctl/core';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { rejection } from '../support/expected-errors.js';

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
    title: 'the second of two calls at once is refused, and the first goes on',
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
];
