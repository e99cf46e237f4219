/** A client's methods: their order, their errors, the state of a command. */
import { describe, expect, test } from 'vitest';
import {
  RemctlBusyError,
  RemctlError,
  RemctlNotOpenedError,
  RemctlUnsupportedError,
} from '../src/errors.js';
import { type Backend, Remctl } from '../src/index.js';
import { output, tokens } from './support/answers.js';
import { endOfFile } from './support/failures.js';
import { loose } from './support/loose.js';
import { manualBackend, openedClient } from './support/manual-backend.js';
import { caught } from './support/waiting.js';

describe('a client', () => {
  test('gives done tokens before a command and after its end', async () => {
    const { client, on } = await openedClient();
    expect(await client.output()).toEqual({ type: 'done' });
    on({ receive: tokens(output('a'), { type: 'status', status: 3 }) });
    await client.command(['x']);
    expect(await client.output()).toMatchObject({ type: 'output' });
    expect(await client.output()).toEqual({ type: 'status', status: 3 });
    expect(await client.output()).toEqual({ type: 'done' });
    expect(await client.output()).toEqual({ type: 'done' });
    expect(client.commandState).toBe('finished');
  });

  test('refuses a command and a NOOP while output is pending, and sends nothing', async () => {
    const { client, log } = await openedClient();
    await client.command(['one']);
    await expect(client.command(['two'])).rejects.toThrow(RemctlBusyError);
    await expect(client.noop()).rejects.toThrow(RemctlBusyError);
    expect(log).toEqual(['send one']);
    expect(await client.output()).toEqual({ type: 'status', status: 0 });
    await client.command(['two']);
    expect(log.at(-1)).toBe('send two');
  });

  test('refuses the second of two calls at once, and the first goes on', async () => {
    const { client, on } = await openedClient();
    let answer: () => void = () => undefined;
    on({ noop: () => new Promise((resolve) => (answer = resolve)) });
    const first = client.noop();
    await expect(client.noop()).rejects.toThrow(/noop\(\) waits/);
    await expect(client.open('other')).rejects.toThrow(RemctlBusyError);
    answer();
    expect(await first).toBe(true);
  });

  test('refuses every call before open() and after close() with an error that says what to do', async () => {
    const { client } = await openedClient();
    await client.close();
    await client.close();
    for (const call of [client.command(['x']), client.output(), client.noop()]) {
      await expect(call).rejects.toThrow(RemctlNotOpenedError);
    }
    const fresh = new Remctl(manualBackend().backend);
    await expect(fresh.output()).rejects.toThrow(/call open\(\) first/);
  });

  test('closes its old connection before it opens another', async () => {
    const { client, log } = await openedClient();
    await client.open('other', 8);
    expect(log).toEqual(['close', 'connect 8']);
  });

  test('ends the connection after a failure, which carries the state of the command', async () => {
    const { client, log, on } = await openedClient();
    on({ receive: () => Promise.reject(endOfFile('command')) });
    await client.command(['x']);
    const error = await caught(client.output());
    expect(error).toMatchObject({ commandState: 'unknown', code: 'EOF' });
    expect(client.error()).toBe('unexpected end of file');
    expect(log).toEqual(['send x', 'receive', 'abort']);
    await expect(client.command(['y'])).rejects.toThrow(/unexpected end of file/);
  });

  test('turns any other error of a backend into a RemctlError with a cause', async () => {
    const cause = new TypeError('a mistake of the backend');
    const manual = manualBackend();
    manual.on({ connect: () => Promise.reject(cause) });
    const client = new Remctl(manual.backend);
    const error = await caught(client.open('h', 1));
    expect(error).toBeInstanceOf(RemctlError);
    expect(error).toMatchObject({ message: cause.message, cause, commandState: 'not-sent' });
    manual.on({ receive: () => Promise.reject(cause) });
    await client.open('h', 1);
    const later = await caught(client.run(['x']).text());
    expect(later).toBeInstanceOf(RemctlError);
    expect(later).toMatchObject({ cause, commandState: 'unknown' });
  });

  test('reports a refused command as not-sent, and keeps the text for error()', async () => {
    const client = new Remctl(manualBackend().backend);
    const error = await caught(client.command(['x']));
    expect(error).toMatchObject({ commandState: 'not-sent' });
    expect(client.error()).toBe((error as Error).message);
  });

  test('ends a connection that checkReady() refuses, and sends nothing', async () => {
    const calls = [(c: Remctl) => c.command(['second']), (c: Remctl) => c.noop()];
    for (const call of calls) {
      const { client, log, on } = await openedClient();
      on({
        checkReady() {
          throw endOfFile('command');
        },
      });
      const error = await caught(call(client));
      expect(error).toMatchObject({ code: 'EOF', commandState: 'not-sent' });
      expect(log).toEqual(['abort']);
      expect(client.isOpen).toBe(false);
    }
  });

  test('does not send a command that protocol 1 cannot carry, and keeps the connection', async () => {
    const { client, log } = await openedClient({ protocol: 1 });
    const tooLong = [new Uint8Array(64 * 1024 - 7)];
    const error = await caught(client.command(tooLong));
    expect(error).toMatchObject({ name: 'RemctlUnsupportedError', commandState: 'not-sent' });
    await expect(client.run(tooLong).bytes()).rejects.toBeInstanceOf(RemctlUnsupportedError);
    expect(log).toEqual([]);
    await client.command([new Uint8Array(64 * 1024 - 8)]);
    expect(log).toHaveLength(1);
  });

  test('keeps the connection after a NOOP that the server does not know', async () => {
    const { client, on } = await openedClient();
    on({ noop: () => Promise.reject(new RemctlUnsupportedError('protocol 2')) });
    await expect(client.noop()).rejects.toThrow(RemctlUnsupportedError);
    await client.command(['still']);
  });

  test('adds the state of the last command to the error of a NOOP', async () => {
    const { client, on } = await openedClient();
    on({ noop: () => Promise.reject(new RemctlUnsupportedError('protocol 2')) });
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'not-sent' });
    await client.command(['x']);
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'unknown' });
    await client.output();
    on({ noop: () => Promise.reject(endOfFile('command')) });
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'finished' });
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'finished' });
  });

  test('never reports a sent command as not-sent when output() fails', async () => {
    const { client, on } = await openedClient();
    on({ receive: () => Promise.reject(endOfFile('command')) });
    await client.command(['x']);
    await expect(client.output()).rejects.toMatchObject({ commandState: 'unknown' });
    await expect(client.output()).rejects.toMatchObject({
      name: 'RemctlNotOpenedError',
      commandState: 'unknown',
    });
    await expect(client.command(['y'])).rejects.toMatchObject({ commandState: 'not-sent' });
  });

  test('is closed at the end of its `await using` block', async () => {
    const manual = manualBackend();
    {
      await using client = new Remctl(manual.backend);
      await client.open('h', 1);
    }
    expect(manual.log).toEqual(['connect 1', 'close']);
  });
});

describe('protocol 1', () => {
  test('opens a connection for each command, to the same server', async () => {
    const { client, log, connects } = await openedClient({ protocol: 1 });
    await client.command(['one']);
    expect(await client.output()).toMatchObject({ type: 'status' });
    expect(await client.output()).toEqual({ type: 'done' });
    expect(client.isOpen).toBe(true);
    await client.command(['two']);
    expect(log).toEqual(['send one', 'receive', 'close', 'connect 9', 'send two']);
    expect(connects[1]).toMatchObject({ host: 'server', port: 9 });
  });

  test('leaves a command not-sent if its connection cannot be opened', async () => {
    const { client, on } = await openedClient({ protocol: 1 });
    await client.command(['one']);
    await client.output();
    on({ connect: () => Promise.reject(endOfFile('connect')) });
    await expect(client.command(['two'])).rejects.toMatchObject({ commandState: 'not-sent' });
    await expect(client.command(['three'])).rejects.toThrow(RemctlNotOpenedError);
  });

  test('is refused with minProtocol 2, before a command is sent', async () => {
    const { backend, log } = manualBackend(1);
    const client = new Remctl(backend, { minProtocol: 2 });
    await expect(client.open('h', 1)).rejects.toThrow(RemctlUnsupportedError);
    expect(log).toEqual(['connect 1', 'abort']);
    expect(() => new Remctl(backend, { minProtocol: loose(3) })).toThrow(RangeError);
  });

  test('has no NOOP', async () => {
    const { client, log } = await openedClient({ protocol: 1 });
    await expect(client.noop()).rejects.toThrow(RemctlUnsupportedError);
    expect(log).toEqual([]);
  });
});

test('open() hands the settings of the client to the backend', async () => {
  const manual = manualBackend();
  const client = new Remctl(manual.backend, { sourceIp: '127.0.0.2', timeout: 2 });
  client.setCcache('FILE:/a');
  await client.open({ host: 'h', port: 5, principal: 'host/h@R' });
  expect(manual.connects[0]).toMatchObject({
    host: 'h',
    port: 5,
    principal: 'host/h@R',
    sourceIp: '127.0.0.2',
    timeoutMs: 2000,
    credentials: { type: 'ccache', ccache: 'FILE:/a' },
  });
});

test('setCcache() refuses credentials that the backend cannot use', () => {
  const backend: Backend = {
    ...manualBackend().backend,
    checkCredentials() {
      throw new RemctlUnsupportedError('set KRB5CCNAME instead');
    },
  };
  const client = new Remctl(backend);
  expect(() => client.setCcache('FILE:/a')).toThrow(RemctlUnsupportedError);
});
