/** Nothing secret is on standard error, in a trace, or in what inspection shows, with everything turned on. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useRealmForFile } from '@remctl/conformance';
import { readKeytab } from '@remctl/krb5';
import { expect, test } from 'vitest';

const SECRET = 'm4rked-s3cret';
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const realm = await useRealmForFile();

/** Runs commands that succeed, fail and are refused, and prints every object that it has. */
const PROGRAM = `
  import { inspect } from 'node:util';
  import { createPool, Remctl, runOnHosts } from '@remctl/core';
  import { watchEvents } from '@remctl/core/events';
  import { createPureBackend } from '@remctl/pure-backend';
  const { credentials, host, port, secret } = JSON.parse(process.env.JOB);
  const show = (value) => console.log(inspect(value, { depth: Infinity, showHidden: true }));
  watchEvents((event) => { show(event); console.log(JSON.stringify(event)); });
  const backend = createPureBackend();
  const client = new Remctl(backend, credentials);
  await client.open(host, port);
  const run = client.run(['echo', secret]);
  show([client, run, client.connection, backend]);
  if ((await run.text()).stdout !== secret + '\\n') throw new Error('the command did not run');
  await client.run(['no', 'such', secret]).text().catch(show);
  await client.close();
  const pool = await createPool(backend, { host, port }, credentials);
  await pool.run(['echo', secret]).text();
  show(pool);
  await pool.close();
  for await (const { type } of runOnHosts([host], ['echo', secret], { backend, port, ...credentials })) show(type);
  await new Remctl(backend, { ...credentials, password: secret }).open(host, port).catch(show);
`;

test('a password and an argument are nowhere', async () => {
  const traced = join(realm.folder, 'traced');
  writeFileSync(traced, '');
  const credentials = { password: realm.passwords.client, clientPrincipal: 'alice' };
  const { host, port } = realm;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM],
    {
      cwd: PACKAGE,
      env: {
        ...realm.env,
        JOB: JSON.stringify({ credentials, host, port, secret: SECRET }),
        KRB5_TRACE: traced,
        NODE_DEBUG: 'remctl',
      },
    },
  );
  const trace = readFileSync(traced, 'utf8');
  expect(stderr).toContain('command echo: status 0');
  expect(stdout).toContain(`clientPrincipal: '${realm.principals.client}'`);
  expect(trace).toContain('Received initial credentials');
  const { entries } = await readKeytab(realm.keytabs.client);
  const keys = entries.map(({ key }) => Buffer.from(key.value));
  const secrets = [
    SECRET,
    realm.passwords.client,
    ...keys.flatMap((key) => [key.toString('hex'), key.toString('base64')]),
  ];
  for (const secret of secrets) {
    for (const text of [stdout, stderr, trace]) {
      expect(text).not.toContain(secret);
    }
  }
});
