/** The limits that DER input must keep. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Asn1Error } from '../../src/asn1/asn1-error.js';
import { scan } from '../../src/asn1/scan.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

test.each([
  ['an INTEGER', '020105'],
  ['an empty SEQUENCE', '3000'],
  ['nested elements', 'a0053003020105'],
  ['two elements in one', '3006020105020106'],
  ['a length in more octets than needed, as MIT Kerberos accepts', '0281010a'],
])('takes %s', (_name, bytes) => {
  expect(() => scan(hex(bytes))).not.toThrow();
});

test.each([
  ['nothing', ''],
  ['a lone tag', '30'],
  ['a truncated element', '0202'],
  ['a truncated length', '3082'],
  ['trailing bytes', '02010500'],
  ['trailing bytes after a constructed element', '300000'],
  ['an indefinite length', '30800000'],
  ['a tag number above 30', '1f2100'],
  ['a tag of 0, reserved for the end of an indefinite length', '30020000'],
  ['a child longer than its parent', '3003020405'],
  ['4 GiB claimed', '3084ffffffff'],
  ['a length of five octets', '30850000000000'],
])('refuses %s', (_name, bytes) => {
  expect(() => scan(hex(bytes))).toThrow(Asn1Error);
});

test('refuses more nesting, more elements or more bytes than allowed', () => {
  let nested = hex('020105');
  for (let i = 0; i < 30; i++) {
    nested = Uint8Array.of(0x30, nested.length, ...nested);
  }
  expect(() => scan(nested)).toThrow('nested deeper than 24');

  const many = new Uint8Array(2 * 9000);
  many.fill(0x05);
  for (let i = 1; i < many.length; i += 2) {
    many[i] = 0;
  }
  const holder = Uint8Array.of(0x30, 0x83, 0, many.length >> 8, many.length & 0xff, ...many);
  expect(() => scan(holder)).toThrow('more than 8192 elements');

  expect(() => scan(new Uint8Array(2 ** 20 + 1))).toThrow('more than the 1048576 allowed');
});

test('arbitrary bytes are taken or give an Asn1Error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        scan(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Asn1Error);
      }
    }),
  );
});
