/** Tests for Jest of what meets Node's own objects: they are no instances of a test's Error. */
import { createClient, createPool, discover, remctl, runOnHosts } from '@remctl/core';
import { scriptedBackend } from '@remctl/core/testing';
import { startTestRealm } from '@remctl/testing';

let realm;
let target;

beforeAll(async () => {
  realm = await startTestRealm({
    users: ['alice', 'bob'],
    log: () => undefined,
    commands: [
      { command: 'hello', access: ['ANYUSER'], run: () => Buffer.from('hello\n') },
      { command: 'bytes', access: ['ANYUSER'], run: () => Uint8Array.of(1, 2, 3) },
      { command: 'silent', access: ['ANYUSER'], run: () => new Promise(() => undefined) },
      {
        command: 'fails',
        access: ['ANYUSER'],
        run: () => {
          throw new Error('why');
        },
      },
    ],
  });
  realm.useHere();
  const { host, port, principal } = realm;
  target = { host, port, principal };
});
afterAll(() => realm.dispose());

const open = (more) => createClient('pure', { ...realm.clientOptions(), ...more });

test('arguments and output may be text, bytes and buffers', async () => {
  const client = await open();
  const { stdout } = await client.run(['hello', Uint8Array.of(255), Buffer.from('x')]).text();
  expect(stdout).toBe('hello\n');
  expect([...(await client.run(['bytes']).bytes()).stdout]).toEqual([1, 2, 3]);
  await expect(client.run(['fails']).text()).rejects.toMatchObject({ code: 1 });
  expect(() => client.run('hello')).toThrow(TypeError);
  await client.close();
});

test('a default cache, a pool and a list of hosts work', async () => {
  const pool = await createPool('pure', target);
  await pool.run(['hello']).text();
  await realm.server.drop();
  expect(await pool.run(['hello']).text()).toMatchObject({ status: 0 });
  await pool.close();
  for await (const result of runOnHosts([target], ['hello'])) {
    expect(result).toMatchObject({ type: 'finished', status: 0 });
  }
});

test('failures have the names that they have elsewhere', async () => {
  const { keytab, password, principal: clientPrincipal } = realm.users.bob;
  const call = { ...target, command: ['hello'], clientPrincipal };
  expect(await remctl({ ...call, keytab })).toMatchObject({ status: 0 });
  expect(await remctl({ ...call, password })).toMatchObject({ status: 0 });
  await realm.expireTicket('bob');
  const failures = [
    [() => remctl({ ...call, password: 'wrong' }), { code: 'KDC_ERR_PREAUTH_FAILED' }],
    [() => remctl({ ...call, keytab: '/no/such' }), { code: 'GSS_S_NO_CRED' }],
    [() => open({ ccache: 'FILE:/no/such' }), { code: 'GSS_S_NO_CRED' }],
    [() => open({ ccache: `FILE:${realm.folder}` }), { code: 'GSS_S_NO_CRED' }],
    [() => createClient('pure', realm.clientOptions('bob')), { code: 'KRB_AP_ERR_TKT_EXPIRED' }],
    [() => open({ port: 1 }), { name: 'RemctlNetworkError', code: 'ECONNREFUSED' }],
    [
      () => open({ host: 'no.such.host.invalid' }),
      { name: 'RemctlNetworkError', phase: 'resolve' },
    ],
    [() => discover('no.such.domain.invalid', { timeout: 1 }), { phase: 'resolve' }],
    [() => open({ timeoutMs: 5 }), { name: 'TypeError' }],
  ];
  for (const [fails, expected] of failures) {
    await expect(fails()).rejects.toMatchObject(expected);
  }
});

test('signals and time-outs end a call', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  for (const signal of [controller.signal, AbortSignal.timeout(20)]) {
    const client = await open();
    const call = client.run(['silent'], { signal }).text();
    await expect(call).rejects.toMatchObject({ name: expect.stringMatching(/Abort|Timeout/) });
  }
  const client = await open({ timeout: 0.1 });
  await expect(client.run(['silent']).text()).rejects.toMatchObject({ name: 'RemctlTimeoutError' });
});

test('a script may answer with an error', async () => {
  const client = await createClient(
    scriptedBackend(() => new Error('as told')),
    { host: 'h' },
  );
  await expect(client.run(['x']).text()).rejects.toThrow('as told');
});
