/** A test realm, used by other people's programs and by the clients of this project. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createClient, remctl } from '@remctl/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestRealm, type TestRealm } from '../../src/index.js';
import { echo, whoami } from '../support/commands.js';
import { remctlC, run } from '../support/run.js';

describe('a realm with two users', () => {
  let realm: TestRealm<'alice' | 'bob/admin'>;

  beforeAll(async () => {
    realm = await startTestRealm({
      commands: [whoami, echo],
      users: { alice: { password: "alice's password" }, 'bob/admin': {} },
    });
  });
  afterAll(() => realm.dispose());

  test('the C client runs a function and a program', async () => {
    expect(await remctlC(realm, 'whoami')).toMatchObject({
      status: 0,
      stdout: 'alice@REMCTL.TEST\n',
      stderr: '',
    });
    expect(await remctlC(realm, 'echo', 'hello', 'there')).toMatchObject({
      stdout: 'hello there\n',
    });
  });

  test('the environment of another user is that user', async () => {
    const env = realm.envFor('bob/admin');
    expect((await remctlC({ ...realm, env }, 'whoami')).stdout).toBe('bob/admin@REMCTL.TEST\n');
    expect(realm.envFor(realm.users['bob/admin'])).toEqual(env);
  });

  test('klist shows the ticket, and the keytabs of user and server', async () => {
    const { stdout } = await run('klist', [], realm.env);
    expect(stdout).toContain(`Ticket cache: ${realm.users.alice.ccache}`);
    expect(stdout).toContain('Default principal: alice@REMCTL.TEST');
    expect(stdout).toContain('krbtgt/REMCTL.TEST@REMCTL.TEST');
    const keys = await run('klist', ['-k', realm.users.alice.keytab], realm.env);
    expect(keys.stdout).toContain('alice@REMCTL.TEST');
    expect((await run('klist', ['-k'], realm.env)).stdout).toContain(realm.principal);
  });

  test('kinit takes the password and the keytab', async () => {
    const { name, password, keytab } = realm.users.alice;
    const ccache = `FILE:${realm.folder}/kinit.ccache`;
    const env = { ...realm.env, KRB5CCNAME: ccache };
    expect(await run('kinit', [name], env, `${password}\n`)).toMatchObject({ status: 0 });
    expect((await remctlC({ ...realm, env }, 'whoami')).stdout).toBe('alice@REMCTL.TEST\n');
    expect(await run('kinit', [name], env, 'wrong\n')).toMatchObject({ status: 1 });
    expect(await run('kinit', ['-k', '-t', keytab, name], env)).toMatchObject({ status: 0 });
  });

  test('the variables lead a shell script to the server', async () => {
    const script =
      'remctl -p "$REMCTL_TEST_PORT" -s "$REMCTL_TEST_PRINCIPAL" "$REMCTL_TEST_HOST" whoami';
    expect((await run('sh', ['-c', script], realm.env)).stdout).toBe('alice@REMCTL.TEST\n');
  });

  test.each(['pure', 'native'] as const)('the %s backend uses it here', async (backend) => {
    const before = process.env.KRB5_CONFIG;
    const leave = realm.useHere();
    try {
      const client = await createClient(backend, realm.clientOptions());
      expect((await client.run(['whoami']).text()).stdout).toBe('alice@REMCTL.TEST\n');
      await client.close();
      const { password, principal } = realm.users['bob/admin'];
      const { ccache: _, ...target } = realm.clientOptions();
      const credentials =
        backend === 'pure'
          ? { ...target, password, clientPrincipal: principal }
          : realm.clientOptions('bob/admin');
      const { stdout } = await remctl({ backend, ...credentials, command: ['whoami'] });
      expect(Buffer.from(stdout).toString()).toBe('bob/admin@REMCTL.TEST\n');
    } finally {
      leave();
    }
    expect(process.env.KRB5_CONFIG).toBe(before);
  });

  test('nobody else may read its folder and its secrets', () => {
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect(mode(realm.folder)).toBe(0o700);
    const { alice } = realm.users;
    for (const path of [alice.keytab, alice.ccache.replace('FILE:', ''), realm.server.keytab]) {
      expect(mode(path)).toBe(0o600);
    }
    expect(readFileSync(realm.krb5Conf, 'utf8')).not.toContain(alice.password);
  });

  test('a user that it does not have is an error with the ones it has', () => {
    const nobody = 'carol' as 'alice';
    expect(() => realm.envFor(nobody)).toThrow('no user carol; it has alice, bob/admin');
    expect(() => realm.useHere('toString' as 'alice')).toThrow('no user toString');
  });
});

test('without options: one user, and no command', async () => {
  await using realm = await startTestRealm();
  expect(Object.keys(realm.users)).toEqual(['alice']);
  expect(await remctlC(realm, 'anything')).toMatchObject({
    status: 255,
    stderr: 'Unknown command\n',
  });
});

test('several realms are in use at once, in this process and in others', async () => {
  await using first = await startTestRealm({ commands: [whoami] });
  await using second = await startTestRealm({ commands: [whoami], users: ['bob'] });
  expect([first.name, second.name]).toEqual(['REMCTL.TEST', 'REMCTL-2.TEST']);
  first.useHere();
  second.useHere();
  const principals = ['alice@REMCTL.TEST\n', 'bob@REMCTL-2.TEST\n'];
  for (const backend of ['pure', 'native'] as const) {
    const results = await Promise.all(
      [first, second].map((realm) =>
        remctl({ backend, ...realm.clientOptions(), command: ['whoami'] }),
      ),
    );
    expect(results.map(({ stdout }) => Buffer.from(stdout).toString())).toEqual(principals);
  }
  const theirs = await Promise.all([first, second].map((realm) => remctlC(realm, 'whoami')));
  expect(theirs.map(({ stdout }) => stdout)).toEqual(principals);
});

test('a trusted realm’s user is let in, and known as a user of that realm', async () => {
  await using realm = await startTestRealm({
    commands: [whoami, { ...whoami, command: 'own', access: ['regex:@REMCTL\\.TEST$'] }],
    trusts: { users: { carol: { password: 'pw' } } },
  });
  const { carol } = realm.trusted.users;
  expect(carol.principal).toBe('carol@PARTNER.TEST');
  const env = realm.envFor(carol);
  const theirs = { ...realm, env };
  expect(await remctlC(theirs, 'whoami')).toMatchObject({ stdout: 'carol@PARTNER.TEST\n' });
  expect(await remctlC(theirs, 'own')).toMatchObject({ status: 255, stderr: 'Access denied\n' });
  expect(await run('kinit', ['carol@PARTNER.TEST'], env, 'pw\n')).toMatchObject({ status: 0 });
  realm.useHere();
  await using second = await startTestRealm({ commands: [whoami], trusts: { users: ['carol'] } });
  second.useHere();
  for (const [each, expected] of [
    [realm, 'carol@PARTNER.TEST\n'],
    [second, 'carol@PARTNER-2.TEST\n'],
  ] as const) {
    const target = each.clientOptions(each.trusted.users.carol);
    const { stdout } = await remctl({ backend: 'pure', ...target, command: ['whoami'] });
    expect(Buffer.from(stdout).toString()).toBe(expected);
  }
});

test('options reach the server: a port, limits, protocol 1', async () => {
  const port = await (async () => {
    await using other = await startTestRealm();
    return other.port;
  })();
  await using realm = await startTestRealm({
    port,
    commands: [echo],
    limits: { arguments: 2 },
    ticketLifetime: 600,
  });
  expect(realm.port).toBe(port);
  expect(await remctlC(realm, 'echo', 'a', 'b')).toMatchObject({ status: 255 });
  realm.useHere();
  expect(existsSync(realm.folder)).toBe(true);
});
