/** The realms on the way from one realm to another. */
import { expect, test } from 'vitest';
import { realmPath } from '../../src/client/realm-path.js';

test.each([
  ['A.TEST', 'A.TEST', undefined, 'A.TEST'],
  ['A.TEST', 'B.TEST', undefined, 'A.TEST TEST B.TEST'],
  ['X.A.TEST', 'TEST', undefined, 'X.A.TEST A.TEST TEST'],
  ['TEST', 'X.A.TEST', undefined, 'TEST A.TEST X.A.TEST'],
  ['ONE', 'TWO', undefined, 'ONE TWO'],
  ['A.TEST', 'B.TEST', ['.'], 'A.TEST B.TEST'],
  ['A.TEST', 'B.TEST', ['HUB.ORG'], 'A.TEST HUB.ORG B.TEST'],
])('the path from %s to %s with capaths %j is %s', (client, server, intermediates, path) => {
  expect(realmPath(client, server, intermediates)).toEqual(path.split(' '));
});
