/** The bound on requests to one realm at a time. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { inTurn, newTurns } from '../../src/kdc/in-turn.js';

const AT_ONCE = 32;
const silence = new Error('no answer');
const isSilence = (error: unknown) => error === silence;

/** Returns requests that a test answers or fails. */
function manual() {
  const turns = newTurns();
  const begun: { answer: (value: number) => void; fail: (error: Error) => void }[] = [];
  const ask = (signal?: AbortSignal) =>
    inTurn(
      turns,
      () => new Promise<number>((answer, fail) => begun.push({ answer, fail })),
      isSilence,
      signal,
    );
  return { turns, begun, ask };
}

/** Waits until the process has run everything that can run now. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('requests in turn', () => {
  test('at most 32 requests are under way, and the others follow in order', async () => {
    const { begun, ask } = manual();
    const answers: number[] = [];
    const all = Array.from({ length: 100 }, (_, index) =>
      ask().then((answer) => answers.push(answer + index)),
    );
    await settle();
    expect(begun).toHaveLength(AT_ONCE);
    for (let each = 0; each < 100; each += 1) {
      begun[each]?.answer(0);
      await settle();
      expect(begun).toHaveLength(Math.min(100, AT_ONCE + each + 1));
    }
    await Promise.all(all);
    expect(answers).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test('a request that fails gives its turn to the next', async () => {
    const { begun, ask } = manual();
    const all = Array.from({ length: AT_ONCE + 1 }, () => ask());
    const failed = expect(all[0]).rejects.toThrow('refused');
    await settle();
    begun[0]?.fail(new Error('refused'));
    await settle();
    expect(begun).toHaveLength(AT_ONCE + 1);
    for (const { answer } of begun) {
      answer(1);
    }
    await failed;
    await Promise.all(all.slice(1));
  });

  test('a request that is aborted while it waits ends at once with the reason, and delays no other', async () => {
    const { turns, begun, ask } = manual();
    const others = Array.from({ length: AT_ONCE }, () => ask());
    const reason = new Error('enough');
    const controller = new AbortController();
    const impatient = ask(controller.signal);
    const patient = ask();
    controller.abort(reason);
    await expect(impatient).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    begun[0]?.answer(0);
    await settle();
    expect(begun).toHaveLength(AT_ONCE + 1);
    for (const { answer } of begun) {
      answer(0);
    }
    await Promise.all([...others, patient]);
    expect(turns).toMatchObject({ underWay: 0, waiting: new Set() });
  });

  test('a request that begins aborted never gets a turn', async () => {
    const { turns, ask } = manual();
    const reason = new Error('enough');
    await expect(ask(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(turns.underWay).toBe(0);
  });

  test('waiting requests fail with one that meets a silence, if no other was answered meanwhile', async () => {
    const { turns, begun, ask } = manual();
    const all = Array.from({ length: 100 }, () => ask());
    const ends = Promise.allSettled(all);
    await settle();
    begun[0]?.fail(silence);
    await settle();
    expect(turns.waiting.size).toBe(0);
    for (const { answer } of begun) {
      answer(1);
    }
    expect((await ends).filter(({ status }) => status === 'rejected')).toHaveLength(
      100 - AT_ONCE + 1,
    );
    expect(turns.underWay).toBe(0);
  });

  test('waiting requests go on if one meets a silence while another is answered', async () => {
    const { begun, ask } = manual();
    const all = Array.from({ length: 100 }, () => ask());
    const ends = Promise.allSettled(all);
    await settle();
    begun[1]?.answer(1);
    await settle();
    begun[0]?.fail(silence);
    for (let each = 2; each < 100; each += 1) {
      await settle();
      begun[each]?.answer(1);
    }
    expect((await ends).filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
