/** Opening: which ports are tried, how often, how long. */
import { describe, expect, test, vi } from 'vitest';
import { RemctlNetworkError, RemctlTimeoutError } from '../../src/errors.js';
import { Remctl } from '../../src/index.js';
import { endOfFile } from '../support/failures.js';
import { manualBackend } from '../support/manual-backend.js';

describe('open()', () => {
  test('tries port 4373, then 4444', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async ({ port }) => {
        if (port === 4373) {
          throw endOfFile('connect');
        }
      },
    });
    await new Remctl(manual.backend).open('h');
    expect(manual.log).toEqual(['connect 4373', 'connect 4444']);
  });

  test('reports the error of 4373 if neither port can be reached', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async ({ port }) => {
        throw new RemctlNetworkError(`refused ${port}`, { code: 'ECONNREFUSED', phase: 'connect' });
      },
    });
    await expect(new Remctl(manual.backend).open('h')).rejects.toThrow('refused 4373');
  });

  test('does not look up a name again that did not resolve for the first port', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async () => {
        throw new RemctlNetworkError('unknown host', { code: 'ENOTFOUND', phase: 'resolve' });
      },
    });
    await expect(new Remctl(manual.backend).open('h')).rejects.toThrow('unknown host');
    expect(manual.log).toHaveLength(1);
  });

  test('tries an open again that the server dropped', async () => {
    const manual = manualBackend();
    let drops = 3;
    manual.on({
      connect: async () => {
        drops -= 1;
        if (drops >= 0) {
          throw endOfFile('negotiate');
        }
      },
    });
    await new Remctl(manual.backend).open('h', 7);
    expect(manual.log).toEqual(Array(4).fill('connect 7'));
  });

  test('gives up after 8 tries if the server drops every open', async () => {
    const manual = manualBackend();
    manual.on({ connect: () => Promise.reject(endOfFile('negotiate')) });
    await expect(new Remctl(manual.backend).open('h', 7)).rejects.toThrow('unexpected end of file');
    expect(manual.log).toHaveLength(8);
  });

  test('keeps all tries within the time-out, which shrinks from try to try', async () => {
    const manual = manualBackend();
    manual.on({ connect: () => Promise.reject(endOfFile('negotiate')) });
    const client = new Remctl(manual.backend, { timeout: 0.05 });
    await expect(client.open('h', 7)).rejects.toThrow('unexpected end of file');
    expect(manual.log.length).toBeLessThan(8);
    const left = manual.connects.map(({ timeoutMs }) => timeoutMs);
    expect(left).toEqual([...left].sort((a, b) => b - a));
  });

  test('gives all tries together a minute to negotiate if there is no time-out', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    try {
      const manual = manualBackend();
      manual.on({
        connect: async () => {
          vi.advanceTimersByTime(25_000);
          throw endOfFile('negotiate');
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

  test('takes a shortage on this machine neither for a dropped open nor for a closed port', async () => {
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

  test('does not try again after a time-out during authentication', async () => {
    const manual = manualBackend();
    manual.on({
      connect: () => Promise.reject(new RemctlTimeoutError('silent', { phase: 'negotiate' })),
    });
    await expect(new Remctl(manual.backend).open('h', 7)).rejects.toThrow(RemctlTimeoutError);
    expect(manual.log).toHaveLength(1);
  });

  test('ends with the reason of an abort during the pause between two tries', async () => {
    const manual = manualBackend();
    const controller = new AbortController();
    manual.on({
      connect: async () => {
        setImmediate(() => controller.abort(new Error('stop')));
        throw endOfFile('negotiate');
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
