/** The first server that opens. */
import { expect, test } from 'vitest';
import { cannotConnect } from '../../src/failures.js';
import {
  createClient,
  openFirst,
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { loose } from '../support/loose.js';
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

test('throws the failure of the last one, with all of them in its cause', async () => {
  const backend = scriptedBackend(() => ({}), { open: (to) => down(to) });
  const error = await caught(openFirst(await createClient(backend), targets));
  expect(error).toBeInstanceOf(RemctlNetworkError);
  expect(error).toMatchObject({
    message: 'cannot connect to c (port 1): Connection refused',
    code: 'ECONNREFUSED',
    phase: 'connect',
    commandState: 'not-sent',
  });
  const { cause } = error as Error;
  expect(cause).toBeInstanceOf(AggregateError);
  const { errors } = cause as AggregateError;
  expect(errors.map(({ message }: Error) => message)).toEqual(
    ['a', 'b', 'c'].map((host) => `cannot connect to ${host} (port 1): Connection refused`),
  );
  // Whoever prints an error with its causes comes to an end.
  expect(errors).not.toContain(error);
});

test.each([
  new RemctlAuthenticationError('no', { code: 'GSS_S_NO_CRED' }),
  new RemctlInvalidTokenError('no'),
  new RemctlTimeoutError('no', { phase: 'negotiate' }),
])('a last failure keeps its class: $name', async (last) => {
  const backend = scriptedBackend(() => ({}), {
    open: (to) => (to.host === 'c' ? last : down(to)),
  });
  const error = await caught(openFirst(await createClient(backend), targets));
  expect(error).toBeInstanceOf(last.constructor);
  expect(error).toMatchObject({ message: 'no', ...('code' in last ? { code: last.code } : {}) });
  expect((error as { cause: AggregateError }).cause.errors.at(-1)).toBe(last);
});

test('the failure of the only server is thrown as it is', async () => {
  const failure = new RemctlAuthenticationError('no');
  const backend = scriptedBackend(() => ({}), { open: () => failure });
  expect(await caught(openFirst(await createClient(backend), [{ host: 'a' }]))).toBe(failure);
});

test('a later target that is wrong is refused before any is opened', async () => {
  const opened: string[] = [];
  const backend = scriptedBackend(() => ({}), {
    open: ({ host }) => {
      opened.push(host);
      return undefined;
    },
  });
  const client = await createClient(backend);
  await expect(openFirst(client, [{ host: 'a' }, { host: '' }])).rejects.toThrow(RangeError);
  await expect(openFirst(client, loose('a'))).rejects.toThrow(TypeError);
  await expect(openFirst(client, loose({ host: 'a' }))).rejects.toThrow(/must be an iterable/);
  expect(opened).toEqual([]);
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
