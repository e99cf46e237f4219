/** A test for Jest in TypeScript. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient, type Remctl, RemctlProtocolError } from '@remctl/core';
import { startTestRealm, type TestRealm } from '@remctl/testing';

let realm: TestRealm<'alice'>;

beforeAll(async () => {
  realm = await startTestRealm({
    commands: [{ command: 'hello', access: ['ANYUSER'], run: () => 'hello\n' }],
  });
  realm.useHere();
});
afterAll(() => realm.dispose());

test('the server says hello, and refuses what it does not know', async () => {
  const client: Remctl = await createClient('pure', realm.clientOptions());
  expect((await client.run(['hello']).text()).stdout).toBe('hello\n');
  await expect(client.run(['bye']).text()).rejects.toBeInstanceOf(RemctlProtocolError);
  await client.close();
});
