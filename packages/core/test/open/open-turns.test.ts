import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inTurn } from '../../src/open/open-turns.js';

/** Opens that are let go by hand. */
function manualOpens() {
  const ends: (() => void)[] = [];
  let begun = 0;
  let open = 0;
  let most = 0;
  const start = () =>
    new Promise<number>((resolve) => {
      begun += 1;
      open += 1;
      most = Math.max(most, open);
      const number = begun;
      ends.push(() => {
        open -= 1;
        resolve(number);
      });
    });
  return { start, ends, begun: () => begun, most: () => most };
}

const { signal } = new AbortController();
const WAIT = { timeoutMs: 0, signal };
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('of many opens of one server four are made at a time, in their order; all are made', async () => {
  const { start, ends, begun, most } = manualOpens();
  const opened = Promise.all(Array.from({ length: 20 }, () => inTurn('many', WAIT, start)));
  await settled();
  expect(begun()).toBe(4);
  for (let n = 0; n < 20; n += 1) {
    ends.shift()?.();
    await settled();
  }
  expect(await opened).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  expect(most()).toBe(4);
  expect(vi.getTimerCount()).toBe(0);
});

test('a server that does not answer holds the others up for a moment only', async () => {
  const { start, begun } = manualOpens();
  for (let n = 0; n < 20; n += 1) {
    void inTurn('stuck', WAIT, start);
  }
  await settled();
  expect(begun()).toBe(4);
  await vi.advanceTimersByTimeAsync(100);
  expect(begun()).toBe(20);
});

test('a server that is slow but answers holds nobody up for more than a second', async () => {
  const { start, ends, begun } = manualOpens();
  for (let n = 0; n < 20; n += 1) {
    void inTurn('slow', WAIT, start);
  }
  for (let n = 0; n < 11; n += 1) {
    await vi.advanceTimersByTimeAsync(90);
    expect(begun()).toBe(4 + n);
    ends.shift()?.();
  }
  await vi.advanceTimersByTimeAsync(10);
  expect(begun()).toBe(20);
});

test('nobody waits for a turn longer than the time-out', async () => {
  const { start, begun } = manualOpens();
  for (let n = 0; n < 5; n += 1) {
    void inTurn('short', { timeoutMs: 20, signal }, start);
  }
  await vi.advanceTimersByTimeAsync(20);
  expect(begun()).toBe(5);
});

test('servers do not wait for each other, and an open that fails makes room', async () => {
  const { start, begun } = manualOpens();
  const failing = Array.from({ length: 4 }, () =>
    inTurn('one', WAIT, () => Promise.reject(new Error('no'))).catch(() => undefined),
  );
  for (let n = 0; n < 4; n += 1) {
    void inTurn('one', WAIT, start);
  }
  void inTurn('another', WAIT, start);
  await Promise.all(failing);
  await settled();
  expect(begun()).toBe(5);
});

test('an abort ends the wait, with its reason, and nothing is opened', async () => {
  const { start, ends, begun } = manualOpens();
  for (let n = 0; n < 4; n += 1) {
    void inTurn('abort', WAIT, start);
  }
  const controller = new AbortController();
  const waiting = inTurn('abort', { timeoutMs: 0, signal: controller.signal }, start);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  ends.shift()?.();
  await vi.advanceTimersByTimeAsync(100);
  expect(begun()).toBe(4);
});
