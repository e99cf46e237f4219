/** Turns among the opens of one server. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inTurn } from '../../src/open/open-turns.js';

/** Makes opens that a test ends: each entry of `ends` ends one. */
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

test('opens of one server are made four at a time, in their order, until all are made', async () => {
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

test('opens of a server that does not answer all begin within 100 ms', async () => {
  const { start, begun } = manualOpens();
  for (let n = 0; n < 20; n += 1) {
    void inTurn('stuck', WAIT, start);
  }
  await settled();
  expect(begun()).toBe(4);
  await vi.advanceTimersByTimeAsync(100);
  expect(begun()).toBe(20);
});

test('opens of a slow server that answers all begin within a second', async () => {
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

test('an open waits for its turn no longer than its time-out', async () => {
  const { start, begun } = manualOpens();
  for (let n = 0; n < 5; n += 1) {
    void inTurn('short', { timeoutMs: 20, signal }, start);
  }
  await vi.advanceTimersByTimeAsync(20);
  expect(begun()).toBe(5);
});

test('opens of two servers do not wait for each other, and a failed open makes room', async () => {
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

test('an abort ends the wait for a turn with its reason, and nothing is opened', async () => {
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
