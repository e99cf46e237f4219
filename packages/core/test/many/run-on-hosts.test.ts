/** One command on many hosts, on scripted servers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cannotConnect } from '../../src/failures.js';
import {
  type ConnectOptions,
  type HostResult,
  RemctlAuthenticationError,
  RemctlNetworkError,
  RemctlOutputLimitError,
  RemctlProtocolError,
  type RunOnHostsOptions,
  runOnHosts,
} from '../../src/index.js';
import { type Fault, scriptedBackend } from '../../src/testing/index.js';
import { loose } from '../support/loose.js';
import { turn } from '../support/waiting.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => `h${index}`);
const refused = (to: { host: string; port: number }) =>
  cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });

/** A backend that counts what its servers saw. */
function counting(open: (to: ConnectOptions) => Fault | undefined = () => undefined) {
  const seen = { opens: 0, commands: 0, atOnce: 0, most: 0 };
  const backend = scriptedBackend(
    async () => {
      seen.commands += 1;
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      await turn();
      seen.atOnce -= 1;
      return {};
    },
    {
      open: (to) => {
        seen.opens += 1;
        return open(to);
      },
    },
  );
  return { backend, seen };
}

async function all(results: AsyncIterable<HostResult>): Promise<HostResult[]> {
  const found: HostResult[] = [];
  for await (const result of results) {
    found.push(result);
  }
  return found;
}

const hello = scriptedBackend(() => ({ stdout: 'hello\n', stderr: 'oh\n', status: 3 }));

test('each host has its result, with its output and status', async () => {
  const results = await all(runOnHosts(['a', { host: 'b', port: 9 }], ['x'], { backend: hello }));
  expect(results.map(({ host }) => host).sort()).toEqual(['a', 'b']);
  for (const result of results) {
    expect(result).toMatchObject({
      type: 'finished',
      status: 3,
      stdout: new Uint8Array(Buffer.from('hello\n')),
      stderr: new Uint8Array(Buffer.from('oh\n')),
      attempts: 1,
    });
  }
});

test('a host that is named twice has two results; no host has none', async () => {
  expect(await all(runOnHosts(['a', 'a'], ['x'], { backend: hello }))).toHaveLength(2);
  expect(await all(runOnHosts([], ['x'], { backend: hello }))).toEqual([]);
});

test('the server may be given for all hosts, or by each host', async () => {
  const seen: string[] = [];
  const backend = scriptedBackend(() => ({}), {
    open: ({ host, port, principal }) => {
      seen.push(`${host} ${port} ${principal}`);
      return undefined;
    },
  });
  const hosts = [
    'a',
    { host: 'b', port: 2, principal: 'q' },
    { host: 'c', port: undefined, principal: undefined },
    { host: 'd', port: null, principal: null },
  ];
  await all(runOnHosts(hosts, ['x'], { backend, port: 1, principal: 'p' }));
  expect(seen.sort()).toEqual(['a 1 p', 'b 2 q', 'c 1 p', 'd 4373 undefined']);
});

test('nothing begins before the first result is asked for', async () => {
  const { backend, seen } = counting();
  const results = runOnHosts(names(3), ['x'], { backend });
  await turn();
  expect(seen.opens).toBe(0);
  await all(results);
  expect(seen.opens).toBe(3);
});

test.each([1, 4, 100])('at most %i hosts are under way', async (parallel) => {
  const { backend, seen } = counting();
  expect(await all(runOnHosts(names(50), ['x'], { backend, parallel }))).toHaveLength(50);
  expect(seen.most).toBeLessThanOrEqual(parallel);
  expect(seen.commands).toBe(50);
});

test('hosts wait for results to be taken', async () => {
  const { backend, seen } = counting();
  const results = runOnHosts(names(10), ['x'], { backend, parallel: 2 });
  await results.next();
  for (let count = 0; count < 20; count += 1) {
    await turn();
  }
  expect(seen.opens).toBeLessThanOrEqual(3);
  await results.return();
});

describe('failures', () => {
  test("a host's failure is its result, and the others go on", async () => {
    const { backend } = counting((to) => (to.host === 'h1' ? refused(to) : undefined));
    const results = await all(runOnHosts(names(3), ['x'], { backend }));
    const failed = results.filter(({ type }) => type === 'failed');
    expect(failed).toMatchObject([{ host: 'h1', commandState: 'not-sent', attempts: 1 }]);
    expect(failed[0]).toHaveProperty('error', expect.any(RemctlNetworkError));
    expect(results).toHaveLength(3);
  });

  test("the server's error is a failure with a finished command", async () => {
    const backend = scriptedBackend(() => ({ stdout: 'some', error: 6, message: 'no' }));
    const [result] = await all(runOnHosts(['a'], ['x'], { backend }));
    expect(result).toMatchObject({
      type: 'failed',
      commandState: 'finished',
      stdout: new Uint8Array(Buffer.from('some')),
    });
    expect(result).toHaveProperty('error', expect.any(RemctlProtocolError));
  });

  test('a connection that breaks after the command leaves it unknown, and is not tried again', async () => {
    let commands = 0;
    const backend = scriptedBackend(() => {
      commands += 1;
      return { stdout: 'half', fault: 'drop' };
    });
    const [result] = await all(runOnHosts(['a'], ['x'], { backend, retryUnsent: 5 }));
    expect(result).toMatchObject({ type: 'failed', commandState: 'unknown', attempts: 1 });
    expect(commands).toBe(1);
  });

  test('too much output is a failure', async () => {
    const [result] = await all(runOnHosts(['a'], ['x'], { backend: hello, maxOutput: 5 }));
    expect(result).toHaveProperty('error', expect.any(RemctlOutputLimitError));
  });

  test('retryUnsent tries again what was not sent', async () => {
    let opens = 0;
    const { backend, seen } = counting((to) => {
      opens += 1;
      // The legacy port counts as an open too.
      return opens <= 4 ? refused(to) : undefined;
    });
    const [result] = await all(runOnHosts(['a'], ['x'], { backend, port: 9, retryUnsent: 4 }));
    expect(result).toMatchObject({ type: 'finished', attempts: 5 });
    expect(seen.commands).toBe(1);
  });

  test('retryUnsent does not ask again with a ticket that was refused', async () => {
    const { backend, seen } = counting(() => new RemctlAuthenticationError('no ticket'));
    const [result] = await all(runOnHosts(['a'], ['x'], { backend, retryUnsent: 4 }));
    expect(result).toMatchObject({ type: 'failed', attempts: 1 });
    expect(seen.opens).toBe(1);
  });

  test('failFast begins no further host, and lets those under way end', async () => {
    const { backend, seen } = counting((to) => (to.host === 'h2' ? refused(to) : undefined));
    const results = await all(
      runOnHosts(names(50), ['x'], { backend, parallel: 4, failFast: true }),
    );
    expect(results).toHaveLength(50);
    const of = (type: string) => results.filter((result) => result.type === type);
    expect(of('failed')).toMatchObject([{ host: 'h2' }]);
    expect(of('not-begun').length).toBeGreaterThan(40);
    expect(seen.commands).toBe(of('finished').length);
  });
});

describe('an abort', () => {
  test('names the hosts that are unknown and those that were not begun, and rejects with its reason', async () => {
    const controller = new AbortController();
    const backend = scriptedBackend(() => 'silence');
    const options = { backend, parallel: 3, signal: controller.signal };
    const results = runOnHosts(names(10), ['x'], options);
    const found: HostResult[] = [];
    setTimeout(() => controller.abort(new Error('enough')), 20);
    const end = await (async () => {
      for await (const result of results) {
        found.push(result);
      }
    })().catch((error: Error) => error.message);
    expect(end).toBe('enough');
    const failed = found.filter(({ type }) => type === 'failed');
    expect(failed).toHaveLength(3);
    for (const result of failed) {
      expect(result).toMatchObject({ commandState: 'unknown', error: { message: 'enough' } });
    }
    expect(found.filter(({ type }) => type === 'not-begun')).toHaveLength(7);
  });

  test('before the begin leaves every host not begun', async () => {
    const { backend, seen } = counting();
    const signal = AbortSignal.abort(new Error('never'));
    const results = runOnHosts(['a', 'b'], ['x'], { backend, signal });
    expect(await results.next()).toMatchObject({ value: { type: 'not-begun', host: 'a' } });
    expect(await results.next()).toMatchObject({ value: { type: 'not-begun', host: 'b' } });
    await expect(results.next()).rejects.toThrow('never');
    expect(seen.opens).toBe(0);
  });

  test('ends the pause before another try', async () => {
    const controller = new AbortController();
    const backend = scriptedBackend(() => ({}), { open: (to) => refused(to) });
    const options = { backend, port: 9, retryUnsent: 1000, signal: controller.signal };
    const results = runOnHosts(['a'], ['x'], options);
    setTimeout(() => controller.abort(new Error('enough')), 20);
    expect(await results.next()).toMatchObject({
      value: { type: 'failed', commandState: 'not-sent', error: { message: 'enough' } },
    });
    await expect(results.next()).rejects.toThrow('enough');
  });
});

describe('callbacks', () => {
  test('onOutput gets the output instead of the result; the host waits for its promise', async () => {
    const seen: string[] = [];
    const [result] = await all(
      runOnHosts(['a'], ['x'], {
        backend: hello,
        onBegin: (host) => {
          seen.push(`begin ${host}`);
        },
        onOutput: async (host, { stream, output }) => {
          await turn();
          seen.push(`${host} ${stream} ${Buffer.from(output)}`);
        },
      }),
    );
    seen.push('end');
    expect(seen).toEqual(['begin a', 'a 1 hello\n', 'a 2 oh\n', 'end']);
    expect(result).toMatchObject({ stdout: new Uint8Array(0), stderr: new Uint8Array(0) });
  });

  test.each(['onBegin', 'onOutput'])('what %s throws ends the iteration', async (name) => {
    const options = {
      backend: hello,
      [name]: () => {
        throw new Error('mine');
      },
    };
    await expect(all(runOnHosts(names(5), ['x'], options))).rejects.toThrow('mine');
  });
});

test('leaving the loop begins no further host and ends those under way', async () => {
  const ended: string[] = [];
  let aborted = 0;
  const backend = scriptedBackend(() => ({}), {
    open: ({ host, signal }) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
      });
      return host === 'h0' ? undefined : 'silence';
    },
  });
  for await (const { host } of runOnHosts(names(10), ['x'], { backend, parallel: 3 })) {
    ended.push(host);
    break;
  }
  expect(aborted).toBe(2);
  expect(ended).toEqual(['h0']);
});

test.each<[string, unknown, RunOnHostsOptions]>([
  ['a text for hosts', 'a,b', {}],
  ['a host that is no text', [7], {}],
  ['an empty host', [''], {}],
  ['parallel 0', ['a'], { parallel: 0 }],
  ['parallel NaN', ['a'], { parallel: Number.NaN }],
  ['retryUnsent below 0', ['a'], { retryUnsent: -1 }],
  ['a time-out that is no number', ['a'], { timeout: loose('5') }],
  ['failFast that is no boolean', ['a'], { failFast: loose('no') }],
  ['onOutput that is no function', ['a'], { onOutput: loose(1) }],
  ['a signal that is none', ['a'], { signal: loose({}) }],
])('%s is refused at once', (_, hosts, options) => {
  expect(() => runOnHosts(loose(hosts), ['x'], options)).toThrow(/must/);
});

test('an empty command is refused at once', () => {
  expect(() => runOnHosts(['a'], [], { backend: hello })).toThrow(RangeError);
});

test('an unknown backend rejects the first result', async () => {
  const results = runOnHosts(['a'], ['x'], { backend: loose('quick') });
  await expect(results.next()).rejects.toThrow(/quick/);
});

test('whatever happens, each host has one result and at most one command', async () => {
  const kinds = fc.constantFrom('fine', 'refused', 'drop', 'error', 'silent-open');
  const plan = fc.record({
    hosts: fc.array(kinds, { maxLength: 12 }),
    parallel: fc.integer({ min: 1, max: 5 }),
    failFast: fc.boolean(),
    abortAfter: fc.option(fc.nat(12), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ hosts, parallel, failFast, abortAfter }) => {
      const commands = new Map<string, number>();
      const kindOf = (host: string) => hosts[Number(host.slice(1))];
      const controller = new AbortController();
      const backend = scriptedBackend(
        (_, { host }) => {
          commands.set(host, (commands.get(host) ?? 0) + 1);
          return kindOf(host) === 'drop'
            ? { stdout: 'x', fault: 'drop' as const }
            : { status: kindOf(host) === 'error' ? 1 : 0 };
        },
        {
          open: (to) =>
            kindOf(to.host) === 'refused'
              ? refused(to)
              : kindOf(to.host) === 'silent-open' && abortAfter !== undefined
                ? 'silence'
                : undefined,
        },
      );
      const results: HostResult[] = [];
      let steps = 0;
      const watch = setInterval(() => {
        steps += 1;
        if (abortAfter !== undefined && steps >= abortAfter) {
          controller.abort(new Error('enough'));
        }
      }, 1);
      try {
        const options = { backend, parallel, failFast, signal: controller.signal };
        for await (const result of runOnHosts(names(hosts.length), ['x'], options)) {
          results.push(result);
        }
      } catch (error) {
        expect(error).toHaveProperty('message', 'enough');
      } finally {
        clearInterval(watch);
      }
      expect(results.map(({ host }) => host).sort()).toEqual(names(hosts.length).sort());
      for (const count of commands.values()) {
        expect(count).toBe(1);
      }
      for (const result of results) {
        const sent = commands.has(result.host);
        if (result.type === 'not-begun') {
          expect(sent).toBe(false);
        } else if (result.type === 'failed' && result.commandState === 'not-sent') {
          expect(sent).toBe(false);
        } else {
          expect(sent).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});
