/** The first server that opens. */
import { expect, test } from 'vitest';
import { cannotConnect } from '../../src/failures.js';
import {
  createClient,
  openFirst,
  RemctlAuthenticationError,
  RemctlNetworkError,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { caught } from '../support/waiting.js';

const targets = ['a', 'b', 'c'].map((host) => ({ host, port: 1 }));
const down = (to: { host: string; port: number }) =>
  cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });

test('opens the first that takes a connection, and tells of those before it', async () => {
  const backend = scriptedBackend(() => ({}), {
    open: (to) => (to.host === 'a' ? down(to) : undefined),
  });
  const client = await createClient(backend);
  const failed: unknown[] = [];
  const onFailed = ({ host }: { host: string }, error: unknown) => failed.push([host, error]);
  expect(await openFirst(client, targets, { onFailed })).toBe(targets[1]);
  expect(failed).toEqual([['a', expect.any(RemctlNetworkError)]]);
  expect(client.isOpen).toBe(true);
});

test('goes on after a server that cannot authenticate itself', async () => {
  const backend = scriptedBackend(() => ({}), {
    open: ({ host }) => (host === 'c' ? undefined : new RemctlAuthenticationError('no')),
  });
  expect(await openFirst(await createClient(backend), targets)).toBe(targets[2]);
});

test('throws the failure of the last one', async () => {
  const backend = scriptedBackend(() => ({}), { open: (to) => down(to) });
  const error = await caught(openFirst(await createClient(backend), targets));
  expect(error).toMatchObject({ message: 'cannot connect to c (port 1): Connection refused' });
});

test('an abort ends it at once', async () => {
  const controller = new AbortController();
  const opened: string[] = [];
  const backend = scriptedBackend(() => ({}), {
    open: ({ host }) => {
      opened.push(host);
      return 'silence';
    },
  });
  const client = await createClient(backend);
  const opening = caught(openFirst(client, targets, { signal: controller.signal }));
  setTimeout(() => controller.abort(new Error('enough')), 10);
  expect(await opening).toHaveProperty('message', 'enough');
  expect(opened).toEqual(['a']);
});

test('an argument that is wrong ends it at once, and so does an empty list', async () => {
  const client = await createClient(scriptedBackend(() => ({})));
  await expect(openFirst(client, [{ host: '' }, { host: 'b' }])).rejects.toThrow(RangeError);
  await expect(openFirst(client, [])).rejects.toThrow('targets must not be empty');
});
