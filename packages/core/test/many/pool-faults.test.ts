/** Moments in which a pool may lose, repeat or hold up a command. */
import { describe, expect, test, vi } from 'vitest';
import { cannotConnect, connectionBroken } from '../../src/failures.js';
import {
  type ConnectOptions,
  createPool,
  type PoolOptions,
  RemctlNetworkError,
} from '../../src/index.js';
import { type Fault, scriptedBackend } from '../../src/testing/index.js';
import { loose } from '../support/loose.js';
import { caught, turn } from '../support/waiting.js';

const target = { host: 'h', port: 1 };
const IDLE = { open: 0, busy: 0, waiting: 0 };

const refused = (to: ConnectOptions) =>
  cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });

async function turns(): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    await turn();
  }
}

/** A server in a record of what it saw. A command named `long` has no end. */
function recordingServer(
  protocol: 1 | 3 = 3,
  open: (nth: number, to: ConnectOptions) => Fault | undefined = () => undefined,
) {
  const seen = { opens: 0, commands: [] as string[] };
  const backend = scriptedBackend(
    (command) => {
      seen.commands.push(String(command[0]));
      return command[0]?.toString() === 'long' ? (['silence'] as const) : {};
    },
    {
      protocol,
      open: (to) => {
        seen.opens += 1;
        return open(seen.opens, to);
      },
    },
  );
  return { backend, seen };
}

test('a run that is refused for its options sends nothing and holds no connection', async () => {
  const { backend, seen } = recordingServer();
  const pool = await createPool(backend, target, { max: 1 });
  expect(() => pool.run(['a'], { maxOutput: -1 })).toThrow(RangeError);
  await turns();
  expect(seen.opens).toBe(0);
  expect(pool.metrics).toEqual(IDLE);
});

test('while it closes, a connection that died is replaced for a command that waits', async () => {
  const { backend, seen } = recordingServer();
  let opens = 0;
  const dying = {
    ...backend,
    async connect(to: ConnectOptions) {
      opens += 1;
      const connection = await backend.connect(to);
      if (opens === 1) {
        connection.checkReady = () => {
          if (seen.commands.length > 0) {
            throw connectionBroken(to, 'command');
          }
        };
      }
      return connection;
    },
  };
  const pool = await createPool(dying, target, { max: 1 });
  const runs = [pool.run(['a']).discard(), pool.run(['b']).discard()];
  await Promise.all([pool.close(), ...runs]);
  expect(seen.commands).toEqual(['a', 'b']);
  expect(opens).toBe(2);
});

describe('an open that fails while another connection is busy', () => {
  test('holds up waiting commands for a second only, however long the other is busy', async () => {
    vi.useFakeTimers();
    try {
      const { backend, seen } = recordingServer(3, (nth, to) =>
        nth === 2 ? refused(to) : undefined,
      );
      const pool = await createPool(backend, target, { max: 2 });
      const long = caught(pool.run(['long']).text());
      const second = caught(pool.run(['b']).text());
      const third = pool.run(['c']).discard();
      expect(await second).toBeInstanceOf(RemctlNetworkError);
      expect(pool.metrics).toEqual({ open: 1, busy: 1, waiting: 1 });
      await vi.advanceTimersByTimeAsync(1_100);
      expect(await third).toBe(0);
      expect(seen.commands).toEqual(['long', 'c']);
      await pool[Symbol.asyncDispose]();
      await long;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is tried again by one waiting command at a time', async () => {
    vi.useFakeTimers();
    try {
      const { backend, seen } = recordingServer(3, (nth, to) =>
        nth > 1 ? refused(to) : undefined,
      );
      const pool = await createPool(backend, target, { max: 8 });
      const long = caught(pool.run(['long']).text());
      await vi.advanceTimersByTimeAsync(0);
      const rest = Array.from({ length: 100 }, () => caught(pool.run(['x']).text()));
      await vi.advanceTimersByTimeAsync(0);
      expect(seen.opens).toBe(8);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(seen.opens).toBe(9);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(seen.opens).toBe(10);
      expect(pool.metrics.waiting).toBe(100 - 9);
      await pool[Symbol.asyncDispose]();
      await Promise.all([long, ...rest]);
      expect(pool.metrics).toEqual(IDLE);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('protocol 1', () => {
  test('counts no connection as open after its one command', async () => {
    const { backend } = recordingServer(1);
    const pool = await createPool(backend, target, { max: 1 });
    await pool.run(['a']).discard();
    expect(pool.metrics).toEqual(IDLE);
  });

  test('a second command whose open fails asks once, and no connection was lost', async () => {
    const { backend, seen } = recordingServer(1, (nth, to) => (nth > 1 ? refused(to) : undefined));
    const lost = vi.fn();
    const pool = await createPool(backend, target, { max: 1, onLost: lost });
    await pool.run(['a']).discard();
    expect(await caught(pool.run(['b']).text())).toBeInstanceOf(RemctlNetworkError);
    expect(seen.opens).toBe(2);
    await turns();
    expect(lost).not.toHaveBeenCalled();
  });

  test('tells of each connection that is open', async () => {
    const { backend } = recordingServer(1);
    const opened = vi.fn();
    const pool = await createPool(backend, target, { onOpen: opened });
    await pool.run(['a']).discard();
    await pool.run(['b']).discard();
    await turns();
    expect(opened).toHaveBeenCalledTimes(2);
  });
});

test('later changes of the options do not reach the pool', async () => {
  const { backend } = recordingServer();
  const options = { timeout: 5 };
  const pool = await createPool(backend, target, options);
  options.timeout = -1;
  expect(await pool.run(['a']).discard()).toBe(0);
});

test.each<[string, PoolOptions]>([
  ['idleTimeout', { idleTimeout: -1 }],
  ['keepAlive', { keepAlive: Number.NaN }],
  ['keepAlive', { keepAlive: loose('1') }],
])('a wrong %s is named as the caller named it', async (name, options) => {
  const { backend } = recordingServer();
  await expect(createPool(backend, target, options)).rejects.toThrow(new RegExp(`^${name} must`));
});

test.each([null, 5])('%s instead of options is refused', async (options) => {
  const { backend } = recordingServer();
  await expect(createPool(backend, target, loose(options))).rejects.toThrow(TypeError);
});
