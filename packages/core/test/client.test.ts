import { describe, expect, test, vi } from 'vitest';
import {
  RemctlBusyError,
  RemctlError,
  RemctlNetworkError,
  RemctlNotOpenedError,
  RemctlTimeoutError,
  RemctlUnsupportedError,
} from '../src/errors.js';
import { type Backend, Remctl } from '../src/index.js';
import { manualBackend, never, output, tokens } from './scripted.js';

const eof = (phase: 'connect' | 'negotiate' | 'command') =>
  new RemctlNetworkError('unexpected end of file', { code: 'EOF', phase });

async function opened(protocol: 1 | 2 = 2) {
  const manual = manualBackend(protocol);
  const client = new Remctl(manual.backend);
  await client.open('server', 9);
  manual.log.length = 0;
  return { client, ...manual };
}

describe('state', () => {
  test('output() gives done tokens before a command and after its end', async () => {
    const { client, on } = await opened();
    expect(await client.output()).toEqual({ type: 'done' });
    on({ receive: tokens(output('a'), { type: 'status', status: 3 }) });
    await client.command(['x']);
    expect(await client.output()).toMatchObject({ type: 'output' });
    expect(await client.output()).toEqual({ type: 'status', status: 3 });
    expect(await client.output()).toEqual({ type: 'done' });
    expect(await client.output()).toEqual({ type: 'done' });
    expect(client.commandState).toBe('finished');
  });

  test('a command while output is pending is refused, and nothing is sent', async () => {
    const { client, log } = await opened();
    await client.command(['one']);
    await expect(client.command(['two'])).rejects.toThrow(RemctlBusyError);
    await expect(client.noop()).rejects.toThrow(RemctlBusyError);
    expect(log).toEqual(['send one']);
    expect(await client.output()).toEqual({ type: 'status', status: 0 });
    await client.command(['two']);
    expect(log.at(-1)).toBe('send two');
  });

  test('the second of two calls at once is refused, the first goes on', async () => {
    const { client, on } = await opened();
    let answer: () => void = () => undefined;
    on({ noop: () => new Promise((resolve) => (answer = resolve)) });
    const first = client.noop();
    await expect(client.noop()).rejects.toThrow(/noop\(\) waits/);
    await expect(client.open('other')).rejects.toThrow(RemctlBusyError);
    answer();
    expect(await first).toBe(true);
  });

  test('before open() and after close(), RemctlNotOpenedError says what to do', async () => {
    const { client } = await opened();
    await client.close();
    await client.close();
    for (const call of [client.command(['x']), client.output(), client.noop()]) {
      await expect(call).rejects.toThrow(RemctlNotOpenedError);
    }
    const fresh = new Remctl(manualBackend().backend);
    await expect(fresh.output()).rejects.toThrow(/call open\(\) first/);
  });

  test('open() on an open client closes the old connection first', async () => {
    const { client, log } = await opened();
    await client.open('other', 8);
    expect(log).toEqual(['close', 'connect 8']);
  });

  test('a failure ends the connection, and says of the command what is known', async () => {
    const { client, log, on } = await opened();
    on({ receive: () => Promise.reject(eof('command')) });
    await client.command(['x']);
    const error = await client.output().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ commandState: 'unknown', code: 'EOF' });
    expect(client.error()).toBe('unexpected end of file');
    expect(log).toEqual(['send x', 'receive', 'abort']);
    await expect(client.command(['y'])).rejects.toThrow(/unexpected end of file/);
  });

  test('what a backend throws that is no RemctlError becomes one, with its cause', async () => {
    const cause = new TypeError('a mistake of the backend');
    const manual = manualBackend();
    manual.on({ connect: () => Promise.reject(cause) });
    const client = new Remctl(manual.backend);
    const error = await client.open('h', 1).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemctlError);
    expect(error).toMatchObject({ message: cause.message, cause, commandState: 'not-sent' });
    manual.on({ receive: () => Promise.reject(cause) });
    await client.open('h', 1);
    const later = await client
      .run(['x'])
      .text()
      .catch((reason: unknown) => reason);
    expect(later).toBeInstanceOf(RemctlError);
    expect(later).toMatchObject({ cause, commandState: 'unknown' });
  });

  test('a refused command is not-sent, and error() keeps its text', async () => {
    const client = new Remctl(manualBackend().backend);
    const error = await client.command(['x']).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ commandState: 'not-sent' });
    expect(client.error()).toBe((error as Error).message);
  });

  test('on a connection that is known to be of no use nothing is sent, and it is ended', async () => {
    for (const method of ['command', 'noop'] as const) {
      const { client, log, on } = await opened();
      on({
        checkReady() {
          throw eof('command');
        },
      });
      const error = await client[method](['second']).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'EOF', commandState: 'not-sent' });
      expect(log).toEqual(['abort']);
      expect(client.isOpen).toBe(false);
    }
  });

  test('a command that protocol 1 cannot carry is not sent, and the connection stays', async () => {
    const { client, log } = await opened(1);
    const words = [new Uint8Array(64 * 1024 - 7)];
    const error = await client.command(words).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RemctlUnsupportedError', commandState: 'not-sent' });
    await expect(client.run(words).bytes()).rejects.toBeInstanceOf(RemctlUnsupportedError);
    expect(log).toEqual([]);
    await client.command([new Uint8Array(64 * 1024 - 8)]);
    expect(log).toHaveLength(1);
  });

  test('NOOP that the server does not know leaves the connection open', async () => {
    const { client, on } = await opened();
    on({ noop: () => Promise.reject(new RemctlUnsupportedError('protocol 2')) });
    await expect(client.noop()).rejects.toThrow(RemctlUnsupportedError);
    await client.command(['still']);
  });

  test('a NOOP that fails says of the last command what is known', async () => {
    const { client, on } = await opened();
    on({ noop: () => Promise.reject(new RemctlUnsupportedError('protocol 2')) });
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'not-sent' });
    await client.command(['x']);
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'unknown' });
    await client.output();
    on({ noop: () => Promise.reject(eof('command')) });
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'finished' });
    await expect(client.noop()).rejects.toMatchObject({ commandState: 'finished' });
  });

  test('output() of a command that was sent never says that it was not', async () => {
    const { client, on } = await opened();
    on({ receive: () => Promise.reject(eof('command')) });
    await client.command(['x']);
    await expect(client.output()).rejects.toMatchObject({ commandState: 'unknown' });
    await expect(client.output()).rejects.toMatchObject({
      name: 'RemctlNotOpenedError',
      commandState: 'unknown',
    });
    await expect(client.command(['y'])).rejects.toMatchObject({ commandState: 'not-sent' });
  });

  test('await using closes', async () => {
    const manual = manualBackend();
    {
      await using client = new Remctl(manual.backend);
      await client.open('h', 1);
    }
    expect(manual.log).toEqual(['connect 1', 'close']);
  });
});

describe('protocol 1', () => {
  test('opens a connection for each command, to the same place', async () => {
    const { client, log, connects } = await opened(1);
    await client.command(['one']);
    expect(await client.output()).toMatchObject({ type: 'status' });
    expect(await client.output()).toEqual({ type: 'done' });
    expect(client.isOpen).toBe(true);
    await client.command(['two']);
    expect(log).toEqual(['send one', 'receive', 'close', 'connect 9', 'send two']);
    expect(connects[1]).toMatchObject({ host: 'server', port: 9 });
  });

  test('a reopen that fails leaves the command not sent', async () => {
    const { client, on } = await opened(1);
    await client.command(['one']);
    await client.output();
    on({ connect: () => Promise.reject(eof('connect')) });
    await expect(client.command(['two'])).rejects.toMatchObject({ commandState: 'not-sent' });
    await expect(client.command(['three'])).rejects.toThrow(RemctlNotOpenedError);
  });

  test('is refused with minProtocol 2, before a command is sent', async () => {
    const { backend, log } = manualBackend(1);
    const client = new Remctl(backend, { minProtocol: 2 });
    await expect(client.open('h', 1)).rejects.toThrow(RemctlUnsupportedError);
    expect(log).toEqual(['connect 1', 'abort']);
    const nonsense: unknown = 3;
    expect(() => new Remctl(backend, { minProtocol: nonsense as 2 })).toThrow(RangeError);
  });

  test('has no NOOP', async () => {
    const { client, log } = await opened(1);
    await expect(client.noop()).rejects.toThrow(RemctlUnsupportedError);
    expect(log).toEqual([]);
  });
});

describe('interruption', () => {
  test.each(['command', 'output', 'noop'] as const)(
    'close() ends a waiting %s()',
    async (method) => {
      const { client, on, log } = await opened();
      if (method === 'output') {
        await client.command(['x']);
      }
      on({ send: never, receive: never, noop: never });
      const call = method === 'command' ? client.command(['x']) : client[method]();
      const ended = expect(call).rejects.toThrow(RemctlNotOpenedError);
      await client.close();
      await ended;
      expect(log.at(-1)).toBe('abort');
    },
  );

  test('close() ends a waiting open(), and a connection that comes late is aborted', async () => {
    const manual = manualBackend();
    let arrive: () => void = () => undefined;
    manual.on({ connect: () => new Promise((resolve) => (arrive = resolve)) });
    const client = new Remctl(manual.backend);
    const opening = client.open('h', 1);
    await client.close();
    await expect(opening).rejects.toThrow(RemctlNotOpenedError);
    expect(manual.connects[0]?.signal.aborted).toBe(true);
    arrive();
    await new Promise(setImmediate);
    expect(manual.log).toEqual(['connect 1', 'abort']);
    await expect(client.output()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('an abort rejects with its reason and ends the connection', async () => {
    const { client, on, log } = await opened();
    on({ receive: never });
    await client.command(['x']);
    const controller = new AbortController();
    const call = client.output({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(log.at(-1)).toBe('abort');
    expect(client.commandState).toBe('unknown');
    await expect(client.output()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('a signal that is aborted already stops the call before anything is sent', async () => {
    const { client, log } = await opened();
    const signal = AbortSignal.abort(new Error('early'));
    await expect(client.command(['x'], { signal })).rejects.toThrow('early');
    await expect(client.open({ host: 'h', signal })).rejects.toThrow('early');
    expect(log).toEqual([]);
    await client.command(['y']);
  });
});

describe('open()', () => {
  test('tries 4373, then 4444', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async ({ port }) => {
        if (port === 4373) {
          throw eof('connect');
        }
      },
    });
    await new Remctl(manual.backend).open('h');
    expect(manual.log).toEqual(['connect 4373', 'connect 4444']);
  });

  test('when neither can be reached, the error of 4373 is the one reported', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async ({ port }) => {
        throw new RemctlNetworkError(`refused ${port}`, { code: 'ECONNREFUSED', phase: 'connect' });
      },
    });
    await expect(new Remctl(manual.backend).open('h')).rejects.toThrow('refused 4373');
  });

  test('a name that does not resolve is not looked up again for the other port', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async () => {
        throw new RemctlNetworkError('unknown host', { code: 'ENOTFOUND', phase: 'resolve' });
      },
    });
    await expect(new Remctl(manual.backend).open('h')).rejects.toThrow('unknown host');
    expect(manual.log).toHaveLength(1);
  });

  test('an open that the server dropped is tried again', async () => {
    const manual = manualBackend();
    let drops = 3;
    manual.on({
      connect: async () => {
        drops -= 1;
        if (drops >= 0) {
          throw eof('negotiate');
        }
      },
    });
    await new Remctl(manual.backend).open('h', 7);
    expect(manual.log).toEqual(Array(4).fill('connect 7'));
  });

  test('a server that always drops gets a bounded number of tries', async () => {
    const manual = manualBackend();
    manual.on({ connect: () => Promise.reject(eof('negotiate')) });
    await expect(new Remctl(manual.backend).open('h', 7)).rejects.toThrow('unexpected end of file');
    expect(manual.log).toHaveLength(8);
  });

  test('the tries stay within the time-out, which shrinks from try to try', async () => {
    const manual = manualBackend();
    manual.on({ connect: () => Promise.reject(eof('negotiate')) });
    const client = new Remctl(manual.backend, { timeout: 0.05 });
    await expect(client.open('h', 7)).rejects.toThrow('unexpected end of file');
    expect(manual.log.length).toBeLessThan(8);
    const left = manual.connects.map(({ timeoutMs }) => timeoutMs);
    expect(left).toEqual([...left].sort((a, b) => b - a));
  });

  test('without a time-out all tries together have a minute to negotiate', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    try {
      const manual = manualBackend();
      manual.on({
        connect: async () => {
          vi.advanceTimersByTime(25_000);
          throw eof('negotiate');
        },
      });
      const opening = new Remctl(manual.backend).open('h', 7).catch((error: unknown) => error);
      for (let n = 0; n < 20; n += 1) {
        await vi.advanceTimersByTimeAsync(100);
      }
      expect(await opening).toMatchObject({ code: 'EOF' });
      const bounds = manual.connects.map(({ negotiateMs }) => negotiateMs);
      expect(bounds).toHaveLength(3);
      expect(bounds[0]).toBe(60_000);
      expect(bounds[2]).toBeLessThanOrEqual(10_000);
      expect(manual.connects.every(({ timeoutMs }) => timeoutMs === 0)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('what this machine lacks is not a dropped open, and not a port that nobody listens on', async () => {
    for (const phase of ['connect', 'negotiate'] as const) {
      const manual = manualBackend();
      manual.on({
        connect: () =>
          Promise.reject(new RemctlNetworkError('too many', { code: 'EMFILE', phase })),
      });
      await expect(new Remctl(manual.backend).open('h')).rejects.toMatchObject({ code: 'EMFILE' });
      expect(manual.log).toEqual(['connect 4373']);
    }
  });

  test('a time-out, or an error in authentication, is not tried again', async () => {
    const manual = manualBackend();
    manual.on({
      connect: () => Promise.reject(new RemctlTimeoutError('silent', { phase: 'negotiate' })),
    });
    await expect(new Remctl(manual.backend).open('h', 7)).rejects.toThrow(RemctlTimeoutError);
    expect(manual.log).toHaveLength(1);
  });

  test('an abort during the pause between two tries ends it with the reason', async () => {
    const manual = manualBackend();
    const controller = new AbortController();
    manual.on({
      connect: async () => {
        setImmediate(() => controller.abort(new Error('stop')));
        throw eof('negotiate');
      },
    });
    const opening = new Remctl(manual.backend).open({
      host: 'h',
      port: 7,
      signal: controller.signal,
    });
    await expect(opening).rejects.toThrow('stop');
  });
});

test('settings reach the backend, for later connections only', async () => {
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

test('credentials that the backend cannot use are refused as soon as they are set', () => {
  const backend: Backend = {
    ...manualBackend().backend,
    checkCredentials() {
      throw new RemctlUnsupportedError('set KRB5CCNAME instead');
    },
  };
  const client = new Remctl(backend);
  expect(() => client.setCcache('FILE:/a')).toThrow(RemctlUnsupportedError);
});
