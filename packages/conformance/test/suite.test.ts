/** The suites' ids, and the checks of a backend's declarations. */
import { expect, test } from 'vitest';
import { declarationFaults } from '../src/declarations.js';
import { ANSWERED, type Case, suites } from '../src/index.js';

const hostile: readonly Case[] = suites.hostile;

test('every case has an id of its own', () => {
  const ids = Object.values(suites).flatMap((cases) => cases.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});

test('a declaration of a case that does not exist is found', () => {
  const unsupported = { 'full/noop': 'reason', 'full/nop': 'reason' };
  expect(declarationFaults({ unsupported }, suites.conformance)).toEqual([
    'unsupported: no case reads full/nop',
  ]);
  const differs = { 'noop/longest': { ending: ANSWERED, because: 'reason' } };
  expect(declarationFaults({ differs }, hostile)).toEqual(['differs: no case reads noop/longest']);
});

test('a text or an ending for a case that reads none is found', () => {
  const differs = { 'full/noop': { ending: ANSWERED, because: 'reason' } };
  expect(declarationFaults({ differs, says: { 'full/noop': /x/ } }, suites.conformance)).toEqual([
    'says: no case reads full/noop',
    'differs: no case reads full/noop',
  ]);
});

test('a backend that declares a text declares each that a case leaves to it', () => {
  expect(declarationFaults({}, hostile)).toEqual([]);
  const faults = declarationFaults({ says: {} }, hostile);
  expect(faults).toContain('says: no text for noop/longer');
  // Every backend says the same here.
  expect(faults).not.toContain('says: no text for noop/twice');
  // This backend ends the case without an error.
  const differs = { 'noop/longer': { ending: ANSWERED, because: 'reason' } };
  expect(declarationFaults({ says: {}, differs }, hostile)).not.toContain(
    'says: no text for noop/longer',
  );
});
