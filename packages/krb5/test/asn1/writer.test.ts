/** The bytes that the writer of DER gives, at the bounds of lengths and numbers. */
import { expect, test } from 'vitest';
import { decode, encode } from '../../src/asn1/codec.js';
import { required, sequence, sequenceOf } from '../../src/asn1/constructed-types.js';
import { int32, octetString, uint32 } from '../../src/asn1/primitive-types.js';

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test.each([
  [0, '0400'],
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [65_535, '0482ffff'],
  [65_536, '0483010000'],
])('%i octets have the shortest length: %s', (length, header) => {
  const encoding = encode(octetString, new Uint8Array(length).fill(7));
  expect(toHex(encoding.subarray(0, encoding.length - length))).toBe(header);
  expect(encoding.subarray(encoding.length - length).every((octet) => octet === 7)).toBe(true);
  expect(decode(octetString, encoding)).toHaveLength(length);
});

test.each([
  [0, '020100'],
  [127, '02017f'],
  [128, '02020080'],
  [-128, '020180'],
  [-129, '0202ff7f'],
  [32_767, '02027fff'],
  [32_768, '0203008000'],
  [-32_769, '0203ff7fff'],
  [2 ** 31 - 1, '02047fffffff'],
  [-(2 ** 31), '020480000000'],
])('%i has as few octets as hold it: %s', (value, bytes) => {
  expect(toHex(encode(int32, value))).toBe(bytes);
  expect(decode(int32, Buffer.from(bytes, 'hex'))).toBe(value);
});

test('the highest UInt32 has five octets', () => {
  expect(toHex(encode(uint32, 2 ** 32 - 1))).toBe('020500ffffffff');
});

test('elements of a SEQUENCE stand in their order', () => {
  const pair = sequence({ first: required(0, int32), second: required(1, octetString) });
  const value = { first: 5, second: Uint8Array.of(1, 2) };
  expect(toHex(encode(pair, value))).toBe('300ba003020105a10404020102');
  expect(decode(pair, encode(pair, value))).toEqual(value);
  expect(toHex(encode(sequenceOf(int32), [1, 2, 3]))).toBe('3009020101020102020103');
});

test('an encoding larger than the first room is whole', () => {
  const values = Array.from({ length: 5000 }, (_, i) => i - 2500);
  expect(decode(sequenceOf(int32), encode(sequenceOf(int32), values))).toEqual(values);
});
