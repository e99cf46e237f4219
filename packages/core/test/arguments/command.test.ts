/** Commands, encoded as lists of bytes. */
import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../../src/arguments/command.js';
import { loose } from '../support/loose.js';

describe('encodeCommand', () => {
  test('encodes text as UTF-8 and leaves bytes as they are', () => {
    const encoded = encodeCommand(['é', new Uint8Array([0xff, 0]), '']);
    expect(encoded.map((argument) => [...argument])).toEqual([[0xc3, 0xa9], [0xff, 0], []]);
  });

  test('takes any iterable', () => {
    expect(encodeCommand(new Set(['a', 'b']))).toHaveLength(2);
  });

  test('copies bytes: the caller may change them afterwards', () => {
    const bytes = Buffer.from('before');
    const [argument] = encodeCommand([bytes]);
    bytes.fill(0);
    expect(Buffer.from(argument ?? []).toString()).toBe('before');
  });

  test.each([
    ['one string', 'account show', TypeError],
    ['one Uint8Array', new Uint8Array([1]), TypeError],
    ['a number among the arguments', ['a', 1], TypeError],
    ['null among the arguments', [null], TypeError],
    ['undefined', undefined, TypeError],
    ['an object', {}, TypeError],
    ['an empty list', [], RangeError],
    ['a lone surrogate', ['\ud800'], RangeError],
  ])('refuses %s', (_, command, error) => {
    expect(() => encodeCommand(loose(command))).toThrow(error);
  });
});
