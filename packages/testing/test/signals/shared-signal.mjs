/** A program whose thousand calls share one AbortSignal. It fails on a warning. */
import { getEventListeners } from 'node:events';
import { createClient, createPool, remctl, runOnHosts } from '@remctl/core';
import { createInitiatorContext, createKrb5State } from '@remctl/krb5';
import { diagnose } from '@remctl/pure-backend/doctor';
import { startTestRealm } from '@remctl/testing';

const CALLS = 1000;
/** Node warns of more than ten listeners. */
const SOME = 20;

process.on('warning', (warning) => {
  console.error(warning.stack);
  process.exitCode = 1;
});

const [backend] = process.argv.slice(2);
const realm = await startTestRealm({
  commands: [{ command: 'hello', run: () => 'hello\n', access: ['ANYUSER'] }],
});
realm.useHere();
const { signal } = new AbortController();
const { ccache, ...target } = realm.clientOptions();
const command = ['hello'];
const many = (count) => Array.from({ length: count }, (_, n) => n);

function expectNoListener(when) {
  const left = getEventListeners(signal, 'abort').length;
  if (left > 0) {
    console.error(`${left} listeners are left after ${when}`);
    process.exitCode = 1;
  }
}

const client = await createClient(backend, { ...target, ccache, signal });
for (const _ of many(CALLS)) {
  await client.run(command, { signal }).text();
}
await client.close();
expectNoListener('calls one after another');

const pool = await createPool(backend, target, { ccache, max: SOME });
await Promise.all(many(CALLS).map(() => pool.run(command, { signal }).text()));
await pool.close({ signal });
expectNoListener('calls of a pool');

const hosts = many(SOME * 5).map(() => target);
for await (const result of runOnHosts(hosts, command, { backend, ccache, signal, parallel: 50 })) {
  if (result.type !== 'finished') {
    throw result.error;
  }
}
expectNoListener('many hosts');

await Promise.all(
  many(SOME * 5).map(() => remctl({ ...target, backend, ccache, command, signal })),
);
expectNoListener('many clients');

await Promise.all(
  many(SOME).map(async () => {
    for await (const step of diagnose(target, { ccache, signal })) {
      if (step.outcome === 'failed') {
        throw new Error(`${step.name}: ${step.problem}`);
      }
    }
  }),
);
expectNoListener('many diagnoses');

// With a state of its own each asks the KDC.
const { password, principal: clientPrincipal } = realm.users.alice;
await Promise.all(
  many(SOME).map(() =>
    createInitiatorContext({
      principal: realm.principal,
      credentials: { type: 'password', password, clientPrincipal },
      state: createKrb5State(),
      signal,
    }).step(),
  ),
);
expectNoListener('many contexts');

await realm.dispose();
