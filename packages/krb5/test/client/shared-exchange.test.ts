/** Exchanges with a KDC that several callers share. */
import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { type SharedExchanges, shareExchange } from '../../src/client/shared-exchange.js';

function manual() {
  const exchanges: SharedExchanges<string> = new Map();
  const starts: {
    resolve: (value: string) => void;
    reject: (e: Error) => void;
    signal: AbortSignal;
  }[] = [];
  const start = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      starts.push({ resolve, reject, signal });
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  return { exchanges, starts, start };
}

test('callers at the same time share one exchange, and a later caller starts another', async () => {
  const { exchanges, starts, start } = manual();
  const first = shareExchange(exchanges, 'a', start, undefined);
  const second = shareExchange(exchanges, 'a', start, undefined);
  const other = shareExchange(exchanges, 'b', start, undefined);
  expect(starts).toHaveLength(2);
  starts[0]?.resolve('ticket');
  starts[1]?.resolve('other');
  expect(await Promise.all([first, second, other])).toEqual(['ticket', 'ticket', 'other']);
  const later = shareExchange(exchanges, 'a', start, undefined);
  expect(starts).toHaveLength(3);
  starts[2]?.reject(new Error('failed'));
  await expect(later).rejects.toThrow('failed');
  expect(exchanges.size).toBe(0);
});

test('a waiter that aborts does not make the others fail', async () => {
  const { exchanges, starts, start } = manual();
  const controller = new AbortController();
  const reason = new Error('enough');
  const impatient = shareExchange(exchanges, 'a', start, controller.signal);
  const patient = shareExchange(exchanges, 'a', start, undefined);
  controller.abort(reason);
  await expect(impatient).rejects.toBe(reason);
  expect(starts[0]?.signal.aborted).toBe(false);
  starts[0]?.resolve('ticket');
  await expect(patient).resolves.toBe('ticket');
});

test('many waiters with one signal put one listener on it, and leave none', async () => {
  const { exchanges, starts, start } = manual();
  const { signal } = new AbortController();
  const waiters = Array.from({ length: 20 }, (_, number) =>
    shareExchange(exchanges, number % 2 === 0 ? 'even' : 'odd', start, signal),
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const { resolve } of starts) {
    resolve('ticket');
  }
  await Promise.all(waiters);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  const controller = new AbortController();
  const again = ['even', 'odd'].map((key) =>
    shareExchange(exchanges, key, start, controller.signal),
  );
  controller.abort(new Error('enough'));
  for (const waiter of again) {
    await expect(waiter).rejects.toThrow('enough');
  }
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

describe('when the last waiter aborts', () => {
  const enough = new Error('enough');
  /** Starts an exchange, and aborts its only caller. */
  async function abandoned() {
    const parts = manual();
    const controller = new AbortController();
    const only = shareExchange(parts.exchanges, 'a', parts.start, controller.signal);
    controller.abort(enough);
    await expect(only).rejects.toBe(enough);
    return parts;
  }

  test('the exchange goes on, and the next caller joins it', async () => {
    const { exchanges, starts, start } = await abandoned();
    const next = shareExchange(exchanges, 'a', start, undefined);
    expect(starts).toHaveLength(1);
    starts[0]?.resolve('ticket');
    await expect(next).resolves.toBe('ticket');
    expect(exchanges.size).toBe(0);
  });

  test('the next caller starts another exchange if the first fails', async () => {
    const { exchanges, starts, start } = await abandoned();
    const next = [undefined, undefined].map(() => shareExchange(exchanges, 'a', start, undefined));
    starts[0]?.reject(new Error('failed'));
    await vi.waitFor(() => expect(starts).toHaveLength(2));
    starts[1]?.resolve('ticket');
    expect(await Promise.all(next)).toEqual(['ticket', 'ticket']);
    expect(starts).toHaveLength(2);
  });

  test('the failure of the exchange reaches nobody', async () => {
    const { exchanges, starts } = await abandoned();
    starts[0]?.reject(new Error('failed'));
    await vi.waitFor(() => expect(exchanges.size).toBe(0));
  });

  test('the exchange is aborted after a minute, and the next caller starts another', async () => {
    vi.useFakeTimers();
    try {
      const { exchanges, starts, start } = await abandoned();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(starts[0]?.signal.aborted).toBe(true);
      expect(exchanges.size).toBe(0);
      const next = shareExchange(exchanges, 'a', start, undefined);
      starts[1]?.resolve('ticket');
      await expect(next).resolves.toBe('ticket');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a caller who joins keeps the exchange from being aborted', async () => {
    vi.useFakeTimers();
    try {
      const { exchanges, starts, start } = await abandoned();
      const next = shareExchange(exchanges, 'a', start, undefined);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(starts[0]?.signal.aborted).toBe(false);
      starts[0]?.resolve('ticket');
      await expect(next).resolves.toBe('ticket');
    } finally {
      vi.useRealTimers();
    }
  });
});
