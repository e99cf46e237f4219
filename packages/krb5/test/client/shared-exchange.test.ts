import { expect, test } from 'vitest';
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

test('callers at the same time share one exchange; a later one starts its own', async () => {
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

test('one waiter that aborts does not fail the others', async () => {
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

test('when the last waiter aborts, the exchange is aborted, and the next caller starts anew', async () => {
  const { exchanges, starts, start } = manual();
  const controller = new AbortController();
  const only = shareExchange(exchanges, 'a', start, controller.signal);
  controller.abort(new Error('enough'));
  await expect(only).rejects.toThrow('enough');
  expect(starts[0]?.signal.aborted).toBe(true);
  const next = shareExchange(exchanges, 'a', start, undefined);
  starts[1]?.resolve('ticket');
  await expect(next).resolves.toBe('ticket');
});
