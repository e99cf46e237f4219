/** Checks of credentials, and the secrecy of a password. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { checkCredentials } from '../../src/arguments/credentials.js';
import { Remctl } from '../../src/client.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { loose } from '../support/loose.js';

describe('checkCredentials', () => {
  test.each([
    [{}, undefined],
    [{ ccache: 'FILE:/c' }, { type: 'ccache', ccache: 'FILE:/c' }],
    [
      { keytab: '/k', clientPrincipal: 'a@B' },
      { type: 'keytab', keytab: '/k', clientPrincipal: 'a@B' },
    ],
  ] as const)('takes %j', (options, credentials) => {
    expect(checkCredentials(options)).toEqual(credentials);
  });

  test.each([
    [{ ccache: '/c', keytab: '/k', clientPrincipal: 'a' }, /ccache and keytab/],
    [{ keytab: '/k' }, /needs clientPrincipal/],
    [{ clientPrincipal: 'a' }, /keytab or a password/],
  ])('refuses %j', (options, message) => {
    expect(() => checkCredentials(loose(options))).toThrow(TypeError);
    expect(() => checkCredentials(loose(options))).toThrow(message);
  });
});

test('an inspected or serialized client never shows its password', () => {
  const client = new Remctl(
    scriptedBackend(() => ({})),
    { password: 'hunter2', clientPrincipal: 'a@B' },
  );
  expect(inspect(client, { depth: 9, showHidden: true })).not.toContain('hunter2');
  expect(JSON.stringify(client)).not.toContain('hunter2');
});
