/** Commands out of their messages, and the rules of their order. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Continue, MESSAGE_MAX_LENGTH } from '@remctl/core/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteBudget } from '../../src/connection/byte-budget.js';
import { createCommandAssembly } from '../../src/connection/command-assembly.js';
import { commandMessage } from '../support/messages.js';

const { WHOLE, FIRST, MIDDLE, LAST } = Continue;
const BAD = { code: 4, message: 'Invalid command token' };
const TOO_MUCH = { code: 8, message: 'Too much data' };

function assemblyOf(commandBytes = 1_000_000, budget = createByteBudget(1_000_000)) {
  const { take, release, isContinued } = createCommandAssembly({ commandBytes, budget });
  return {
    isContinued,
    release,
    take: (status: number, data: Uint8Array = Buffer.of(1)) =>
      take(commandMessage(data, { status })),
  };
}

test('a command may be divided anywhere', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.array(fc.nat(50), { minLength: 2 }), (data, lengths) => {
      const { take, isContinued } = assemblyOf();
      let at = 0;
      let taken: unknown;
      for (const [index, length] of lengths.entries()) {
        expect(taken).toBeUndefined();
        expect(isContinued()).toBe(index > 0);
        const last = index === lengths.length - 1;
        const status = index === 0 ? FIRST : last ? LAST : MIDDLE;
        const end = last ? data.length : at + length;
        taken = take(status, data.subarray(at, end));
        at = Math.min(end, data.length);
      }
      expect(isContinued()).toBe(false);
      expect(taken).toEqual(Buffer.from(data));
    }),
  );
});

/** The specification's rule, written down once more (protocol, section 2.4). */
function follows(status: number, continued: boolean): boolean {
  return continued ? status === 2 || status === 3 : status === 0 || status === 1;
}

test('any row of continue statuses gives what the specification says', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(4), fc.constantFrom(0x80, 0xff))), (statuses) => {
      const { take } = assemblyOf();
      let pieces: number | undefined;
      for (const status of statuses) {
        const taken = take(status);
        if (!follows(status, pieces !== undefined)) {
          expect(taken).toMatchObject(BAD);
          pieces = undefined;
        } else if (status === FIRST || status === MIDDLE) {
          expect(taken).toBeUndefined();
          pieces = (pieces ?? 0) + 1;
        } else {
          expect(taken).toEqual(Buffer.alloc((pieces ?? 0) + 1, 1));
          pieces = undefined;
        }
      }
    }),
  );
});

/** Bytes of the heap that are in use after a collection. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('limits', () => {
  test.each([
    ['without a byte', 0],
    ['of one byte', 1],
  ])('pieces %s take no memory of their own, however many come', (_what, length) => {
    const pieces = 100_000;
    const { take } = assemblyOf();
    const before = heapInUse();
    for (let piece = 0; piece < pieces; piece += 1) {
      take(piece === 0 ? FIRST : MIDDLE, Buffer.alloc(length, piece));
    }
    expect(heapInUse() - before).toBeLessThan(pieces * 20);
    const whole = Buffer.from(Array.from({ length: pieces * length }, (_byte, at) => at));
    expect(take(LAST, Buffer.alloc(0))).toEqual(whole);
  });

  test('a message of more than 64 KiB is refused, and ends the command', () => {
    const { take } = assemblyOf();
    expect(take(WHOLE, Buffer.alloc(MESSAGE_MAX_LENGTH - 4))).toBeInstanceOf(Buffer);
    expect(take(WHOLE, Buffer.alloc(MESSAGE_MAX_LENGTH - 3))).toMatchObject(TOO_MUCH);
    expect(take(FIRST)).toBeUndefined();
    expect(take(MIDDLE, Buffer.alloc(MESSAGE_MAX_LENGTH))).toMatchObject(TOO_MUCH);
    expect(take(LAST)).toMatchObject(BAD);
  });

  test('a command has fewer bytes than the limit, in one message or in many', () => {
    const { take, release } = assemblyOf(10);
    expect(take(WHOLE, Buffer.alloc(9))).toHaveLength(9);
    expect(take(WHOLE, Buffer.alloc(10))).toMatchObject(TOO_MUCH);
    expect(take(FIRST, Buffer.alloc(5))).toBeUndefined();
    expect(take(LAST, Buffer.alloc(4))).toHaveLength(9);
    release();
    expect(take(FIRST, Buffer.alloc(5))).toBeUndefined();
    expect(take(LAST, Buffer.alloc(5))).toMatchObject(TOO_MUCH);
  });

  test('a message that is too short for its header is refused', () => {
    const { take } = createCommandAssembly({ commandBytes: 10, budget: createByteBudget(10) });
    for (const length of [2, 3]) {
      expect(take(Buffer.from([2, 1, 1]).subarray(0, length))).toMatchObject(BAD);
    }
  });

  test('commands in many messages share a budget, until they are released', () => {
    const budget = createByteBudget(10);
    const one = assemblyOf(100, budget);
    const other = assemblyOf(100, budget);
    one.take(FIRST, Buffer.alloc(4));
    expect(one.take(LAST, Buffer.alloc(4))).toHaveLength(8);
    expect(other.take(FIRST, Buffer.alloc(3))).toMatchObject(TOO_MUCH);
    expect(other.take(WHOLE, Buffer.alloc(50))).toHaveLength(50);
    one.release();
    expect(other.take(FIRST, Buffer.alloc(3))).toBeUndefined();
    expect(other.take(MIDDLE, Buffer.alloc(8))).toMatchObject(TOO_MUCH);
    // A refused command has given everything back.
    expect(one.take(FIRST, Buffer.alloc(10))).toBeUndefined();
  });
});
