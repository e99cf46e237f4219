/** The README's example of a test: its text stands there, and it runs here. */
import { createClient, ErrorCode, type Remctl, RemctlProtocolError } from '@remctl/core';
import { scriptedBackend } from '@remctl/core/testing';
import { expect, test } from 'vitest';

/** The application: whose account is it? */
async function ownerOf(client: Remctl, account: string): Promise<string | undefined> {
  try {
    return (await client.run(['account', 'owner', account]).text()).stdout.trim();
  } catch (error) {
    if (error instanceof RemctlProtocolError && error.code === ErrorCode.ERROR_ACCESS) {
      return undefined;
    }
    throw error;
  }
}

test('the owner is what the server prints', async () => {
  const backend = scriptedBackend((command) => ({ stdout: `owner of ${command[2]}\n` }));
  const client = await createClient(backend, { host: 'anywhere' });
  expect(await ownerOf(client, 'jdoe')).toBe('owner of jdoe');
});

test('nobody may see another owner', async () => {
  const backend = scriptedBackend(() => ({ error: ErrorCode.ERROR_ACCESS }));
  const client = await createClient(backend, { host: 'anywhere' });
  expect(await ownerOf(client, 'jdoe')).toBe(undefined);
});

test('a server that goes away in the middle is an error', async () => {
  const backend = scriptedBackend(() => ({ stdout: 'half of it', fault: 'drop' }));
  const client = await createClient(backend, { host: 'anywhere' });
  await expect(ownerOf(client, 'jdoe')).rejects.toMatchObject({ commandState: 'unknown' });
});
