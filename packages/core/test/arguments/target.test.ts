/** Checks of a target and of a source address. */
import { describe, expect, test } from 'vitest';
import { checkSourceIp, checkTarget } from '../../src/arguments/target.js';
import { loose } from '../support/loose.js';

describe('checkTarget', () => {
  test('takes the default for a port or a principal that is left out, null or 0', () => {
    const defaults = { host: 'h', port: undefined, principal: undefined, canonicalize: false };
    expect(checkTarget({ host: 'h' })).toEqual(defaults);
    expect(checkTarget({ host: 'h', port: null, principal: null })).toEqual(defaults);
    expect(checkTarget({ host: 'h', port: 0 })).toEqual(defaults);
  });

  test.each([-1, 65536, 4373.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses port %s',
    (port) => {
      expect(() => checkTarget({ host: 'h', port })).toThrow(RangeError);
    },
  );

  test('refuses a port as text with a TypeError that says what to pass', () => {
    expect(() => checkTarget(loose({ host: 'h', port: '4373' }))).toThrow(TypeError);
    expect(() => checkTarget(loose({ host: 'h', port: '4373' }))).toThrow(/pass 4373/);
  });

  test.each([
    ['a NUL in host', { host: 'a\0b' }, RangeError],
    ['an empty host', { host: '' }, RangeError],
    ['a target without a host', {}, TypeError],
    ['a host that is not a string', { host: 7 }, TypeError],
    ['a NUL in principal', { host: 'h', principal: 'host/h\0' }, RangeError],
    ['an empty principal', { host: 'h', principal: '' }, RangeError],
    ['a principal that is not a string', { host: 'h', principal: {} }, TypeError],
    ['null', null, TypeError],
  ])('refuses %s', (_, target, error) => {
    expect(() => checkTarget(loose(target))).toThrow(error);
  });
});

describe('checkSourceIp', () => {
  test.each(['localhost', '127.0.0.1:80', '', '1.2.3'])('refuses %j', (source) => {
    expect(() => checkSourceIp(source)).toThrow(RangeError);
  });
});
