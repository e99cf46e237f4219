/** Checks of a time-out. */
import { describe, expect, test } from 'vitest';
import { checkTimeout } from '../../src/arguments/limits.js';
import { loose } from '../support/loose.js';

describe('checkTimeout', () => {
  test('turns seconds into milliseconds', () => {
    expect([0, 1, 2.5].map((seconds) => checkTimeout(seconds))).toEqual([0, 1000, 2500]);
  });

  test('rounds a tiny time-out up, since 0 would mean none', () => {
    expect(checkTimeout(0.0001)).toBe(1);
  });

  test.each([-1, -0.0001, Number.NaN, Number.POSITIVE_INFINITY, 2_147_484])(
    'refuses %s',
    (seconds) => {
      expect(() => checkTimeout(seconds)).toThrow(RangeError);
    },
  );

  test('refuses text with a TypeError', () => {
    expect(() => checkTimeout(loose('5'))).toThrow(TypeError);
  });
});
