import { createClient } from '@remctl/core';
import { startTestRealm } from '@remctl/testing';

let realm;

beforeAll(async () => {
  realm = await startTestRealm({
    commands: [{ command: 'hello', access: ['ANYUSER'], run: () => 'hello\n' }],
  });
  realm.useHere();
});
afterAll(() => realm.dispose());

test('the server says hello', async () => {
  const client = await createClient('pure', realm.clientOptions());
  expect((await client.run(['hello']).text()).stdout).toBe('hello\n');
  await client.close();
});

test('without a ticket it does not', async () => {
  await realm.kdestroy('alice');
  const opening = createClient('pure', realm.clientOptions());
  await expect(opening).rejects.toMatchObject({ code: 'GSS_S_NO_CRED' });
});
