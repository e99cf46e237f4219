/** The limits that a server can be given. */
import { expect, test } from 'vitest';
import { checkLimits, DEFAULT_LIMITS, type Limits } from '../src/limits.js';

test('limits that are not given are the defaults', () => {
  expect(checkLimits()).toEqual(DEFAULT_LIMITS);
  expect(checkLimits({ silence: 0.5, grace: 0, handshake: undefined as never })).toEqual({
    ...DEFAULT_LIMITS,
    silence: 0.5,
    grace: 0,
  });
});

test('commands have remctld’s limits, and clients may be silent for an hour', () => {
  expect(DEFAULT_LIMITS).toMatchObject({
    arguments: 4096,
    commandBytes: 104_857_600,
    silence: 3600,
  });
});

test.each([
  [{ silence: 0 }, 'limits.silence must be more than 0 and at most 2147483 seconds; it is 0'],
  [{ grace: -1 }, 'limits.grace must be at least 0 and at most 2147483 seconds; it is -1'],
  [{ handshake: Number.NaN }, 'limits.handshake must be more than 0'],
  [{ silence: 2_147_484 }, 'at most 2147483 seconds'],
  [{ arguments: 0 }, 'limits.arguments must be a whole number from 1 on; it is 0'],
  [{ connections: 1.5 }, 'limits.connections must be a whole number from 1 on'],
  [{ commandBytes: Number.POSITIVE_INFINITY }, 'limits.commandBytes must be a whole number'],
])('%j is out of range', (limits, message) => {
  expect(() => checkLimits(limits)).toThrow(RangeError);
  expect(() => checkLimits(limits)).toThrow(message);
});

test.each([
  [{ silence: '5' }, 'limits.silence must be a number, not a value of type string'],
  [{ argument: 5 }, 'limits: there is no option "argument": did you mean arguments?'],
  [{ toString: 5 }, 'limits: there is no option "toString"; there are arguments, commandBytes, '],
  [{ timeout: 5 }, 'limits: there is no option "timeout": did you mean silence?'],
  [null, 'limits must be an object, not null'],
  [[], 'limits must be an object, not an array'],
])('%j is of the wrong kind', (limits, message) => {
  const check = () => checkLimits(limits as unknown as Partial<Limits>);
  expect(check).toThrow(TypeError);
  expect(check).toThrow(message);
});
