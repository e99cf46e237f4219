/** KRB-FX-CF2 with the values of RFC 6113 and MIT Kerberos. */
import { expect, test } from 'vitest';
import { combineKeys, prfPlus, stringToKey } from '../../src/crypto/index.js';
import { toHex } from '../support/hex.js';

test.each([
  ['AES-128 with SHA-1 (RFC 6113, appendix A)', 17, '97df97e4b798b29eb31ed7280287a92a'],
  [
    'AES-256 with SHA-1 (RFC 6113, appendix A)',
    18,
    '4d6ca4e629785c1f01baf55e2e548566b9617ae3a96868c337cb93b5e72b1c7b',
  ],
  ['AES-128 with SHA-2 (MIT Kerberos)', 19, 'edd02a39d2dbde31611c16e610be062c'],
  [
    'AES-256 with SHA-2 (MIT Kerberos)',
    20,
    '67f6ea530aea85a37dcbb23349ea52dcc61ca8493ff557252327fd8304341584',
  ],
])('two keys give the known one: %s', async (_name, etype, expected) => {
  const [first, second] = await Promise.all(
    ['key1', 'key2'].map((word) => stringToKey(etype, word, word)),
  );
  if (first === undefined || second === undefined) {
    throw new Error('no keys');
  }
  expect(toHex(combineKeys(first, 'a', second, 'b').value)).toBe(expected);
});

test('PRF+ of a length begins with PRF+ of a shorter one', async () => {
  const key = await stringToKey(17, 'key', 'salt');
  const long = prfPlus(key, Buffer.from('input'), 100);
  expect(long).toHaveLength(100);
  expect(prfPlus(key, Buffer.from('input'), 33)).toEqual(long.subarray(0, 33));
});
