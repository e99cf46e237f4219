// A stranger's TypeScript: typed as the documents say, by the entries that a program uses.
import { createClient, createPool, RemctlProtocolError } from '@remctl/core';
import { scriptedBackend } from '@remctl/core/testing';
import { createNativeBackend } from '@remctl/native-backend';
import { createPureBackend } from '@remctl/pure-backend';
import { startTestRealm } from '@remctl/testing';

export async function show(user: string): Promise<string> {
  await using realm = await startTestRealm({ users: ['alice', 'bob'] });
  await using client = await createClient(createPureBackend(), realm.clientOptions('bob'));
  try {
    for await (const token of client.run(['backup', 'start'])) {
      if (token.type === 'output') {
        process.stdout.write(token.output);
      }
    }
    const { stdout, status } = await client.run(['account', 'show', user]).text();
    return `${status} ${stdout}`;
  } catch (error) {
    return error instanceof RemctlProtocolError ? String(error.code) : String(error);
  }
}

export const backends = [scriptedBackend, createNativeBackend, createPool];
