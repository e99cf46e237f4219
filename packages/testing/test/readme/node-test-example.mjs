// The README's example for node:test: its text stands there, and a test runs it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { remctl } from '@remctl/core';
import { startTestRealm } from '@remctl/testing';

let realm;

before(async () => {
  realm = await startTestRealm({
    commands: [{ command: 'hello', access: ['ANYUSER'], run: () => 'hello\n' }],
  });
  realm.useHere();
});
after(() => realm.dispose());

test('the server says hello', async () => {
  const { stdout } = await remctl({ ...realm.clientOptions(), command: ['hello'] });
  assert.equal(Buffer.from(stdout).toString(), 'hello\n');
});

test('an expired ticket is refused before anything is sent', async () => {
  await realm.expireTicket('alice');
  const call = remctl({ ...realm.clientOptions(), command: ['hello'] });
  await assert.rejects(call, { name: 'RemctlAuthenticationError', commandState: 'not-sent' });
});
