/** n-fold, with the vectors of RFC 3961. */
import { expect, test } from 'vitest';
import { nfold } from '../../src/crypto/nfold.js';
import { NFOLD } from './nfold.vectors.js';

test.each(NFOLD)('RFC 3961, A.1: %s folds to %i octets', (input, length, output) => {
  expect(nfold(Buffer.from(input), length).toString('hex')).toBe(output);
});
