// The README's shortest example: its text stands there, and a test runs it.
import { createClient } from '@remctl/core';
import { startTestRealm } from '@remctl/testing';

const realm = await startTestRealm({
  commands: [
    { command: 'hello', access: ['ANYUSER'], run: ({ principal }) => `hello ${principal}\n` },
  ],
});
realm.useHere();
const client = await createClient('pure', realm.clientOptions());
console.log((await client.run(['hello']).text()).stdout);
await client.close();
await realm.dispose();
