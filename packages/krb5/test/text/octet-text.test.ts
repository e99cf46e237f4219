/** Names whose octets may not be UTF-8. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { octetsOf, textOf } from '../../src/text/octet-text.js';

describe('textOf and octetsOf', () => {
  it('give back any octets, and different octets are different texts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), (a, b) => {
        expect(Buffer.from(octetsOf(textOf(a)))).toEqual(Buffer.from(a));
        expect(textOf(a) === textOf(b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  it('leave UTF-8 as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(textOf(octetsOf(text))).toBe(text);
        expect(octetsOf(text)).toEqual(Buffer.from(text));
      }),
    );
  });

  it.each([
    ['6a6f73e9', 'jos\udce9'],
    ['c3a9e9c3', 'é\udce9\udcc3'],
    ['f09f9880ff', '😀\udcff'],
    ['eda080', '\udced\udca0\udc80'],
    ['efbbbf61', '\ufeffa'],
  ])('read the octets %s', (octets, text) => {
    expect(textOf(Buffer.from(octets, 'hex'))).toBe(text);
    expect(octetsOf(text).toString('hex')).toBe(octets);
  });
});
