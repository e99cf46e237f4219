/** The race of a name's addresses, with attempts that a test settles. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type Attempt,
  connectFirst,
  interleaveFamilies,
  MAX_ADDRESSES,
} from '../src/connect-first.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Makes a race with attempts that a test settles, and records of what the race begins, cancels and gives. */
function track({ timeoutMs = 0, signal = new AbortController().signal } = {}) {
  const begun: string[] = [];
  const cancelled: string[] = [];
  const settlers = new Map<string, { connect(): void; fail(error: unknown): void }>();
  const begin = (address: string): Attempt<string> => {
    begun.push(address);
    return {
      connected: new Promise((resolve, reject) => {
        settlers.set(address, { connect: () => resolve(`to ${address}`), fail: reject });
      }),
      cancel: () => void cancelled.push(address),
    };
  };
  const outcomes: unknown[] = [];
  const race = (...addresses: string[]) =>
    void connectFirst(
      addresses,
      begin,
      { timeoutMs, signal },
      (failures) => new Error(`timed out after ${failures.length} failures`),
    ).then(
      (value) => outcomes.push(value),
      (error: unknown) => outcomes.push(error),
    );
  const of = (address: string) => {
    const settler = settlers.get(address);
    if (settler === undefined) {
      throw new Error(`${address} was not begun`);
    }
    return settler;
  };
  return { begun, cancelled, outcomes, race, of };
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test.each([
  [[], []],
  [
    ['::1', '::2', '::3', '10.0.0.1'],
    ['::1', '10.0.0.1', '::2', '::3'],
  ],
  [
    ['10.0.0.1', '10.0.0.2', '::1'],
    ['10.0.0.1', '::1', '10.0.0.2'],
  ],
  [
    ['10.0.0.1', '::1', '::2', '::3'],
    ['10.0.0.1', '::1', '::2', '::3'],
  ],
  [
    ['fe80::1%eth0', '10.0.0.1'],
    ['fe80::1%eth0', '10.0.0.1'],
  ],
])('%j are tried with the families in turn, the first one first: %j', (given, expected) => {
  expect(interleaveFamilies(given)).toEqual(expected);
});

test('the race tries no other address if the first answers at once', async () => {
  const { race, of, begun, cancelled, outcomes } = track();
  race('10.0.0.1', '10.0.0.2');
  of('10.0.0.1').connect();
  await wait(1000);
  expect(outcomes).toEqual(['to 10.0.0.1']);
  expect(begun).toEqual(['10.0.0.1']);
  expect(cancelled).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('the race begins the next address after 250 ms of silence, and cancels the losers', async () => {
  const { race, of, begun, cancelled, outcomes } = track();
  race('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4');
  await wait(249);
  expect(begun).toEqual(['10.0.0.1']);
  await wait(2);
  expect(begun).toEqual(['10.0.0.1', '10.0.0.2']);
  await wait(252);
  expect(begun).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  of('10.0.0.2').connect();
  await wait(0);
  expect(outcomes).toEqual(['to 10.0.0.2']);
  expect(cancelled).toEqual(['10.0.0.1', '10.0.0.3']);
  await wait(1000);
  expect(begun).toHaveLength(3);
});

test('an earlier attempt goes on and may win', async () => {
  const { race, of, cancelled, outcomes } = track();
  race('10.0.0.1', '10.0.0.2');
  await wait(251);
  of('10.0.0.1').connect();
  await wait(0);
  expect(outcomes).toEqual(['to 10.0.0.1']);
  expect(cancelled).toEqual(['10.0.0.2']);
});

test('a failure begins the next attempt at once, which has its whole 250 ms', async () => {
  const { race, of, begun } = track();
  race('10.0.0.1', '10.0.0.2', '10.0.0.3');
  await wait(200);
  of('10.0.0.1').fail(new Error('refused'));
  await wait(0);
  expect(begun).toEqual(['10.0.0.1', '10.0.0.2']);
  await wait(200);
  expect(begun).toHaveLength(2);
  await wait(51);
  expect(begun).toHaveLength(3);
});

test('the race takes one of two that connect at the same moment, and releases the other', async () => {
  const { race, of, cancelled, outcomes } = track();
  race('10.0.0.1', '10.0.0.2');
  await wait(251);
  of('10.0.0.2').connect();
  of('10.0.0.1').connect();
  await wait(0);
  expect(outcomes).toEqual(['to 10.0.0.2']);
  expect(cancelled).toEqual(['10.0.0.1']);
});

test('the error lists every failure, in the order of the addresses, if all attempts fail', async () => {
  const { race, of, outcomes } = track();
  race('10.0.0.1', '::1', '10.0.0.2');
  await wait(600);
  const [first, second, third] = ['one', 'two', 'three'].map((text) => new Error(text));
  of('10.0.0.2').fail(third);
  of('10.0.0.1').fail(first);
  await wait(0);
  expect(outcomes).toEqual([]);
  of('::1').fail(second);
  await wait(0);
  expect(outcomes).toMatchObject([{ name: 'AggregateError', errors: [first, second, third] }]);
  expect(vi.getTimerCount()).toBe(0);
});

test('the time-out is for all attempts, and each is begun within it', async () => {
  const { race, of, begun, cancelled, outcomes } = track({ timeoutMs: 1000 });
  const addresses = Array.from({ length: 10 }, (_, n) => `10.0.0.${n}`);
  race(...addresses);
  await wait(500);
  of('10.0.0.2').fail(new Error('refused'));
  await wait(502);
  expect(begun).toEqual(addresses);
  expect(outcomes).toMatchObject([{ message: 'timed out after 1 failures' }]);
  expect(cancelled).toEqual(addresses.filter((address) => address !== '10.0.0.2'));
});

test('an abort ends all attempts, and one that connects at that moment is released', async () => {
  const controller = new AbortController();
  const { race, of, begun, cancelled, outcomes } = track({ signal: controller.signal });
  race('10.0.0.1', '10.0.0.2', '10.0.0.3');
  await wait(251);
  of('10.0.0.1').connect();
  controller.abort('enough');
  await wait(1000);
  expect(outcomes).toEqual(['enough']);
  expect(cancelled).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(begun).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('a signal that was aborted before begins no attempt', async () => {
  const { race, begun, outcomes } = track({ signal: AbortSignal.abort('enough') });
  race('10.0.0.1');
  await wait(0);
  expect(outcomes).toEqual(['enough']);
  expect(begun).toEqual([]);
});

test('the race tries at most MAX_ADDRESSES addresses of a name', async () => {
  const { race, begun } = track();
  race(...Array.from({ length: 4000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`), '10.0.0.1');
  await wait(4000 * 250);
  expect(begun).toHaveLength(MAX_ADDRESSES);
});
