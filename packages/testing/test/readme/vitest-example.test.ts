/** The README's example for vitest: its text stands there, and it runs here. */
import { createClient, type Remctl, RemctlNetworkError } from '@remctl/core';
import { startTestRealm } from '@remctl/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The application: creates an account, and says what became of it. */
async function createAccount(client: Remctl, name: string): Promise<string> {
  try {
    const { stdout, status } = await client.run(['account', 'create', name]).text();
    return status === 0 ? stdout.trim() : 'refused';
  } catch (error) {
    if (error instanceof RemctlNetworkError) {
      return error.commandState === 'not-sent' ? 'try again' : 'ask the server';
    }
    throw error;
  }
}

const startRealm = () =>
  startTestRealm({
    users: ['alice', 'bob'],
    commands: [
      {
        command: 'account',
        subcommand: 'create',
        access: ['princ:alice@REMCTL.TEST'],
        run: ({ command, principal }) => `${command[2]} created by ${principal}\n`,
      },
    ],
  });

let realm: Awaited<ReturnType<typeof startRealm>>;

beforeAll(async () => {
  realm = await startRealm();
  realm.useHere();
});
afterAll(() => realm.dispose());

test('alice creates an account', async () => {
  await using client = await createClient('pure', realm.clientOptions('alice'));
  expect(await createAccount(client, 'jdoe')).toBe('jdoe created by alice@REMCTL.TEST');
});

test('bob may not', async () => {
  await using client = await createClient('pure', realm.clientOptions('bob'));
  await expect(createAccount(client, 'jdoe')).rejects.toThrow('Access denied');
});

test('a connection that the server has dropped is safe to try again', async () => {
  await using client = await createClient('pure', realm.clientOptions('alice'));
  await realm.server.drop();
  expect(await createAccount(client, 'jdoe')).toBe('try again');
});
