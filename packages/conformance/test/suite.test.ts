import { expect, test } from 'vitest';
import { suites, unknownDeclarations } from '../src/index.js';

test('every case has an id of its own', () => {
  const ids = Object.values(suites).flatMap((cases) => cases.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

test('a declaration of a case that does not exist is found', () => {
  expect(unknownDeclarations({ 'full/noop': 'reason', 'full/nop': 'reason' })).toEqual([
    'full/nop',
  ]);
});
