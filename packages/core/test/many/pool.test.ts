/** A pool of connections, on scripted servers. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { cannotConnect } from '../../src/failures.js';
import {
  type ConnectOptions,
  createPool,
  type Pool,
  type PoolOptions,
  RemctlNetworkError,
  RemctlNotOpenedError,
  RemctlPoolFullError,
} from '../../src/index.js';
import { type Fault, type ScriptedAnswer, scriptedBackend } from '../../src/testing/index.js';
import { loose } from '../support/loose.js';
import { caught, garbageCollector, turn } from '../support/waiting.js';

const refused = (to: { host: string; port: number }) =>
  cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });

/** A server whose commands end when the test says so, in a record of what it saw. */
function gatedServer(open: (to: ConnectOptions) => Fault | undefined = () => undefined) {
  const commands: string[] = [];
  const gates = new Map<string, (answer: ScriptedAnswer) => void>();
  const seen = { opens: 0 };
  const backend = scriptedBackend(
    (command) => {
      const name = String(command[0]);
      commands.push(name);
      return new Promise<ScriptedAnswer>((resolve) => gates.set(name, resolve));
    },
    {
      open: (to) => {
        seen.opens += 1;
        return open(to);
      },
    },
  );
  const finish = (name: string, answer: ScriptedAnswer = {}) => gates.get(name)?.(answer);
  return { backend, commands, seen, finish };
}

async function turns(count = 5): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await turn();
  }
}

const quick = () => scriptedBackend((command) => ({ stdout: String(command[0]), status: 0 }));
const target = { host: 'h', port: 1 };
const IDLE = { open: 0, busy: 0, waiting: 0 };

test('runs commands, and reuses its connection', async () => {
  let opens = 0;
  const backend = scriptedBackend((command) => ({ stdout: String(command[0]) }), {
    open: () => {
      opens += 1;
      return undefined;
    },
  });
  const pool = await createPool(backend, target);
  expect(pool.metrics).toEqual(IDLE);
  for (const name of ['a', 'b', 'c']) {
    expect(await pool.run([name]).text()).toEqual({ stdout: name, stderr: '', status: 0 });
  }
  expect(opens).toBe(1);
  expect(pool.metrics).toEqual({ open: 1, busy: 0, waiting: 0 });
  await pool.close();
  expect(pool.metrics).toEqual(IDLE);
});

test('opens at most `max` connections; the others wait in their order', async () => {
  const { backend, commands, seen, finish } = gatedServer();
  const pool = await createPool(backend, target, { max: 2 });
  const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => pool.run([name]).discard());
  await turns();
  expect(pool.metrics).toEqual({ open: 2, busy: 2, waiting: 3 });
  expect(commands).toEqual(['a', 'b']);
  finish('b');
  await turns();
  expect(commands).toEqual(['a', 'b', 'c']);
  finish('a');
  finish('c');
  await turns();
  expect(commands).toEqual(['a', 'b', 'c', 'd', 'e']);
  finish('e');
  finish('d');
  await Promise.all(runs);
  expect(seen.opens).toBe(2);
});

test('a run can be read as those of a client are', async () => {
  const pool = await createPool(quick(), target);
  const tokens = [];
  for await (const token of pool.run(['x'])) {
    tokens.push(token.type);
  }
  expect(tokens).toEqual(['output', 'status']);
  const run = pool.run(['y']);
  expect(await run.status).toBe(0);
  expect(run.commandState).toBe('finished');
});

describe('open()', () => {
  test('opens one connection ahead, which the next command uses', async () => {
    const { backend, seen } = gatedServer();
    const pool = await createPool(backend, target);
    await pool.open();
    await pool.open();
    expect(pool.metrics).toEqual({ open: 1, busy: 0, waiting: 0 });
    const end = caught(pool.run(['a']).text());
    await turns();
    expect(seen.opens).toBe(1);
    await pool[Symbol.asyncDispose]();
    await end;
  });

  test('throws what keeps the connection from being opened', async () => {
    const pool = await createPool(
      scriptedBackend(() => ({}), { open: (to) => refused(to) }),
      target,
    );
    await expect(pool.open()).rejects.toThrow(RemctlNetworkError);
    expect(pool.metrics).toEqual(IDLE);
  });

  test('ends with its signal', async () => {
    const backend = scriptedBackend(() => ({}), { open: 'silence' });
    const pool = await createPool(backend, target);
    const controller = new AbortController();
    const opening = pool.open({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(pool.metrics).toEqual(IDLE);
    await pool.close();
    await expect(pool.open()).rejects.toThrow(RemctlNotOpenedError);
  });
});

test('leaving an answer early ends its connection, and the pool opens another', async () => {
  let opens = 0;
  const backend = scriptedBackend(
    function* () {
      yield { type: 'output', stream: 1, output: Buffer.from('first') };
      yield 'silence';
    },
    {
      open: () => {
        opens += 1;
        return undefined;
      },
    },
  );
  const pool = await createPool(backend, target, { max: 1 });
  for (let n = 0; n < 3; n += 1) {
    const run = pool.run(['x']);
    for await (const token of run) {
      expect(token.type).toBe('output');
      break;
    }
    expect(run.commandState).toBe('unknown');
  }
  expect(opens).toBe(3);
  expect(pool.metrics).toEqual(IDLE);
});

describe('an abort', () => {
  test('takes a waiting command out of the queue', async () => {
    const { backend, commands, finish } = gatedServer();
    const pool = await createPool(backend, target, { max: 1 });
    const first = pool.run(['a']).discard();
    const controller = new AbortController();
    const second = pool.run(['b'], { signal: controller.signal });
    const third = pool.run(['c']).discard();
    const end = caught(second.text());
    controller.abort(new Error('enough'));
    expect(await end).toHaveProperty('message', 'enough');
    expect(second.commandState).toBe('not-sent');
    expect(pool.metrics.waiting).toBe(1);
    await turns();
    finish('a');
    await turns();
    finish('c');
    await Promise.all([first, third]);
    expect(commands).toEqual(['a', 'c']);
  });

  test('ends an open, and the next command opens another connection', async () => {
    let opens = 0;
    const backend = scriptedBackend(() => ({}), {
      open: () => {
        opens += 1;
        return opens === 1 ? 'silence' : undefined;
      },
    });
    const pool = await createPool(backend, target, { max: 1 });
    const controller = new AbortController();
    const first = pool.run(['a'], { signal: controller.signal });
    const second = pool.run(['b']).discard();
    await turns();
    controller.abort(new Error('enough'));
    expect(await caught(first.status)).toHaveProperty('message', 'enough');
    expect(first.commandState).toBe('not-sent');
    expect(await second).toBe(0);
  });

  test('ends a running command; its state is unknown', async () => {
    const { backend } = gatedServer();
    const pool = await createPool(backend, target, { max: 1 });
    const controller = new AbortController();
    const run = pool.run(['a'], { signal: controller.signal });
    const end = caught(run.text());
    await turns();
    controller.abort(new Error('enough'));
    expect(await end).toHaveProperty('message', 'enough');
    expect(run.commandState).toBe('unknown');
    expect(pool.metrics).toEqual(IDLE);
  });

  test('before the call sends nothing', async () => {
    const { backend, seen } = gatedServer();
    const pool = await createPool(backend, target);
    const signal = AbortSignal.abort(new Error('never'));
    await expect(pool.run(['a'], { signal }).text()).rejects.toThrow('never');
    expect(seen.opens).toBe(0);
    expect(pool.metrics).toEqual(IDLE);
  });
});

describe('a connection that is lost', () => {
  test('while it was idle is replaced; the command goes out once', async () => {
    const commands: string[] = [];
    const backend = scriptedBackend((command) => {
      commands.push(String(command[0]));
      return {};
    });
    const lost: unknown[] = [];
    const pool = await createPool(backend, target, { onLost: (error) => lost.push(error) });
    await pool.run(['a']).discard();
    backend.drop();
    expect(await pool.run(['b']).discard()).toBe(0);
    expect(commands).toEqual(['a', 'b']);
    expect(lost).toEqual([expect.any(RemctlNetworkError)]);
  });

  test('while a command ran is not asked again', async () => {
    const { backend, commands } = gatedServer();
    const lost = vi.fn();
    const pool = await createPool(backend, target, { onLost: lost });
    const run = pool.run(['a']);
    const end = caught(run.text());
    await turns();
    backend.drop();
    expect(await end).toBeInstanceOf(RemctlNetworkError);
    expect(run.commandState).toBe('unknown');
    await turns();
    expect(commands).toEqual(['a']);
    expect(lost).toHaveBeenCalledTimes(1);
    expect(pool.metrics).toEqual(IDLE);
  });
});

describe('a server that is down', () => {
  test('fails the commands that wait, and the next command tries again', async () => {
    let isUp = false;
    let opens = 0;
    const backend = scriptedBackend(() => ({}), {
      open: (to) => {
        opens += 1;
        return isUp ? undefined : refused(to);
      },
    });
    const pool = await createPool(backend, target, { max: 2, maxWaiting: 1000 });
    const runs = Array.from({ length: 1000 }, () => caught(pool.run(['a']).text()));
    for (const error of await Promise.all(runs)) {
      expect(error).toBeInstanceOf(RemctlNetworkError);
      expect(error).toHaveProperty('commandState', 'not-sent');
    }
    expect(opens).toBe(2);
    isUp = true;
    expect(await pool.run(['a']).discard()).toBe(0);
  });

  test('commands wait on while another connection works', async () => {
    let opens = 0;
    const { backend, finish, commands } = gatedServer((to) => {
      opens += 1;
      return opens === 1 ? undefined : refused(to);
    });
    const pool = await createPool(backend, target, { max: 2 });
    const first = pool.run(['a']).discard();
    await turns();
    const second = caught(pool.run(['b']).text());
    const third = pool.run(['c']).discard();
    expect(await second).toBeInstanceOf(RemctlNetworkError);
    finish('a');
    await turns();
    finish('c');
    await Promise.all([first, third]);
    expect(commands).toEqual(['a', 'c']);
  });
});

test('more waiting commands than maxWaiting are refused', async () => {
  const { backend, finish } = gatedServer();
  const pool = await createPool(backend, target, { max: 1, maxWaiting: 1 });
  const first = pool.run(['a']).discard();
  const second = pool.run(['b']).discard();
  const third = await caught(pool.run(['c']).text());
  expect(third).toBeInstanceOf(RemctlPoolFullError);
  expect(third).toMatchObject({ name: 'RemctlPoolFullError', commandState: 'not-sent' });
  await turns();
  finish('a');
  await turns();
  finish('b');
  await Promise.all([first, second]);
});

describe('idle connections', () => {
  test('are closed after idleTimeout', async () => {
    vi.useFakeTimers();
    try {
      const pool = await createPool(quick(), target, { idleTimeout: 5 });
      await pool.run(['a']).discard();
      await vi.advanceTimersByTimeAsync(4_900);
      expect(pool.metrics.open).toBe(1);
      await vi.advanceTimersByTimeAsync(200);
      expect(pool.metrics).toEqual(IDLE);
    } finally {
      vi.useRealTimers();
    }
  });

  /** Counts the NOOPs of a server. */
  function noopServer(protocol: 1 | 2 | 3, noop?: Fault) {
    const seen = { noops: 0, opens: 0 };
    const plain = scriptedBackend(() => ({}), { protocol, ...(noop ? { noop } : {}) });
    const backend = {
      ...plain,
      async connect(to: ConnectOptions) {
        seen.opens += 1;
        const connection = await plain.connect(to);
        const ask = connection.noop.bind(connection);
        connection.noop = async (wait) => {
          seen.noops += 1;
          await ask(wait);
        };
        return connection;
      },
    };
    return { backend, seen };
  }

  test('get a NOOP each keepAlive seconds', async () => {
    vi.useFakeTimers();
    try {
      const { backend, seen } = noopServer(3);
      const pool = await createPool(backend, target, { keepAlive: 1, idleTimeout: 0 });
      await pool.run(['a']).discard();
      await vi.advanceTimersByTimeAsync(3_500);
      expect(seen).toEqual({ noops: 3, opens: 1 });
      await pool.run(['a']).discard();
      expect(seen.opens).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([1, 2] as const)(
    'are closed and opened again where protocol %i has no NOOP',
    async (protocol) => {
      vi.useFakeTimers();
      try {
        const { backend, seen } = noopServer(protocol);
        const lost = vi.fn();
        const pool = await createPool(backend, target, { keepAlive: 1, onLost: lost });
        await pool.run(['a']).discard();
        await vi.advanceTimersByTimeAsync(1_500);
        expect(pool.metrics).toEqual(IDLE);
        expect(await pool.run(['b']).discard()).toBe(0);
        expect(seen.opens).toBe(2);
        expect(lost).not.toHaveBeenCalled();
      } finally {
        vi.useRealTimers();
      }
    },
  );

  test('whose NOOP fails are told of, and replaced', async () => {
    vi.useFakeTimers();
    try {
      const { backend, seen } = noopServer(3, 'drop');
      const lost = vi.fn();
      const pool = await createPool(backend, target, { keepAlive: 1, onLost: lost });
      await pool.run(['a']).discard();
      await vi.advanceTimersByTimeAsync(1_500);
      expect(lost).toHaveBeenCalledTimes(1);
      expect(await pool.run(['b']).discard()).toBe(0);
      expect(seen.opens).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('close()', () => {
  test('waits for the commands that were taken, and takes no other', async () => {
    const { backend, commands, finish } = gatedServer();
    const pool = await createPool(backend, target, { max: 1 });
    const first = pool.run(['a']).discard();
    const second = pool.run(['b']).discard();
    let isClosed = false;
    const closing = pool.close().then(() => {
      isClosed = true;
    });
    const late = pool.run(['c']);
    await expect(late.text()).rejects.toThrow(RemctlNotOpenedError);
    await turns();
    finish('a');
    await turns();
    expect(isClosed).toBe(false);
    finish('b');
    await Promise.all([first, second, closing]);
    expect(commands).toEqual(['a', 'b']);
    expect(pool.metrics).toEqual(IDLE);
    await pool.close();
  });

  test('ends at once with a signal, and rejects with its reason', async () => {
    const { backend } = gatedServer();
    const pool = await createPool(backend, target, { max: 1 });
    const first = caught(pool.run(['a']).text());
    const second = caught(pool.run(['b']).text());
    await turns();
    const controller = new AbortController();
    const closing = pool.close({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(closing).rejects.toThrow('enough');
    expect(await first).toBeInstanceOf(RemctlNotOpenedError);
    expect(await first).toHaveProperty('commandState', 'unknown');
    expect(await second).toBeInstanceOf(RemctlNotOpenedError);
    expect(await second).toHaveProperty('commandState', 'not-sent');
    expect(pool.metrics).toEqual(IDLE);
  });

  test('`await using` ends what is left at once', async () => {
    const { backend } = gatedServer();
    const pool = await createPool(backend, target);
    const end = caught(pool.run(['a']).text());
    await turns();
    await pool[Symbol.asyncDispose]();
    expect(await end).toBeInstanceOf(RemctlNotOpenedError);
  });
});

test('a run that nobody holds gives its connection back', async () => {
  const collect = garbageCollector();
  const commands: string[] = [];
  const backend = scriptedBackend((command) => {
    commands.push(String(command[0]));
    return commands.length === 1 ? (['silence'] as const) : {};
  });
  const pool = await createPool(backend, target, { max: 1 });
  (() => {
    pool.run(['a']);
  })();
  await turns();
  const second = pool.run(['b']).discard();
  await vi.waitFor(() => {
    collect();
    expect(commands).toEqual(['a', 'b']);
  });
  expect(await second).toBe(0);
});

test('what a callback throws is the application’s, and harms no command', async () => {
  const thrown: unknown[] = [];
  const listener = (error: unknown) => thrown.push(error);
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', listener);
  try {
    const pool = await createPool(quick(), target, {
      onOpen: () => {
        throw new Error('mine');
      },
    });
    expect(await pool.run(['a']).discard()).toBe(0);
    await turns();
    expect(thrown).toEqual([expect.objectContaining({ message: 'mine' })]);
  } finally {
    process.removeListener('uncaughtException', listener);
    for (const each of before) {
      process.on('uncaughtException', each);
    }
  }
});

test('a password shows nowhere', async () => {
  const options = { password: 'secret!', clientPrincipal: 'me@X' };
  const pool = await createPool(quick(), target, options);
  expect(inspect(pool, { depth: 9, showHidden: true, getters: true })).not.toContain('secret!');
});

test.each<[string, PoolOptions]>([
  ['max 0', { max: 0 }],
  ['max NaN', { max: Number.NaN }],
  ['max as a text', { max: loose('4') }],
  ['maxWaiting below 0', { maxWaiting: -1 }],
  ['idleTimeout below 0', { idleTimeout: -1 }],
  ['keepAlive as a text', { keepAlive: loose('1') }],
  ['timeout as a text', { timeout: loose('1') }],
  ['onLost that is no function', { onLost: loose({}) }],
])('%s is refused', async (_, options) => {
  await expect(createPool(quick(), target, options)).rejects.toThrow(/must/);
});

test('a target without a host and an empty command are refused', async () => {
  await expect(createPool(quick(), loose({}))).rejects.toThrow('host is missing');
  const pool = await createPool(quick(), target);
  expect(() => pool.run([])).toThrow(RangeError);
});

test('whatever happens, each command goes out once at most and every run settles', async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('run' as const) },
    fc.constantFrom('abort' as const, 'drop' as const, 'turn' as const, 'leave' as const),
  );
  const plan = fc.record({
    steps: fc.array(step, { maxLength: 40 }),
    max: fc.integer({ min: 1, max: 3 }),
    protocol: fc.constantFrom(1 as const, 2 as const, 3 as const),
    failing: fc.array(fc.boolean(), { maxLength: 10 }),
    closeAt: fc.integer({ min: 0, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ steps, max, protocol, failing, closeAt }) => {
      const commands = new Map<string, number>();
      const order: string[] = [];
      let opens = 0;
      const backend = scriptedBackend(
        async (command) => {
          const name = String(command[0]);
          commands.set(name, (commands.get(name) ?? 0) + 1);
          order.push(name);
          await turn();
          return { stdout: name };
        },
        {
          protocol,
          open: (to) => {
            opens += 1;
            return failing[opens - 1] ? refused(to) : undefined;
          },
        },
      );
      const pool: Pool = await createPool(backend, target, { max });
      const ends: Promise<unknown>[] = [];
      const controllers: AbortController[] = [];
      let closing: Promise<void> | undefined;
      for (const [index, what] of steps.entries()) {
        if (index === closeAt) {
          closing = pool.close();
        }
        if (what === 'run' || what === 'leave') {
          const controller = new AbortController();
          controllers.push(controller);
          const run = pool.run([`c${index}`], { signal: controller.signal });
          const read = async () => {
            if (what === 'leave') {
              for await (const _ of run) {
                break;
              }
              return;
            }
            const { stdout } = await run.text();
            expect(stdout).toBe(`c${index}`);
          };
          ends.push(
            read().catch((error: unknown) => {
              const sent = commands.has(`c${index}`);
              expect(run.commandState === 'not-sent' ? !sent : true).toBe(true);
              expect(error).toBeInstanceOf(Error);
              if (closing === undefined || index < closeAt) {
                expect(error).not.toBeInstanceOf(RemctlNotOpenedError);
              }
            }),
          );
        } else if (what === 'abort') {
          controllers.at(index % Math.max(controllers.length, 1))?.abort(new Error('enough'));
        } else if (what === 'drop') {
          backend.drop();
        } else {
          await turn();
        }
        const { open, busy, waiting } = pool.metrics;
        expect(open).toBeLessThanOrEqual(max);
        expect(busy).toBeLessThanOrEqual(max);
        expect(waiting).toBeGreaterThanOrEqual(0);
      }
      await Promise.all(ends);
      for (const count of commands.values()) {
        expect(count).toBe(1);
      }
      if (max === 1) {
        const numbers = order.map((name) => Number(name.slice(1)));
        expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
      }
      await closing;
      await pool.close();
      expect(pool.metrics).toEqual(IDLE);
    }),
    { numRuns: 100 },
  );
});
