/** --doctor says which step fails and what to do, on both backends. */
import { freePort, type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

let realm: Realm;
beforeAll(async () => {
  realm = await startRealm();
});
afterAll(() => realm?.dispose());

async function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { ended } = runProgram(process.execPath, [REMCTL, '--doctor', ...args], {
    ...realm.env,
    ...env,
  });
  const { status, stdout, stderr } = await ended;
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

const objectsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.each(['pure', 'native'])('%s', (backend) => {
  const here = () => ['--backend', backend, '-p', String(realm.port), 'localhost'];

  test('where all is well, says each step and ends with status 0', async () => {
    const { status, stdout, stderr } = await doctor(here());
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ok {7}the server's name/);
    expect(stdout).toMatch(/both sides have authenticated, by the backend (pure|native)/);
    expect(stdout).toMatch(/\nCommands can be sent to localhost\.\n$/);
    expect(stdout).not.toMatch(/warning|failed/);
    expect(stdout).not.toContain('\u001b');
  });

  test('says what to do about what is broken, and ends with status 1', async () => {
    const { status, stdout } = await doctor(here(), { KRB5CCNAME: 'FILE:/nonexistent/cache' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/failed {3}credentials/);
    expect(stdout).toMatch(
      /No command can be sent to localhost\.\nThe first thing to mend: credentials: /,
    );
    expect(stdout).toMatch(/Run kinit, or give --keytab and --client\.\n$/);
  });
});

test('a port where nothing listens', async () => {
  const port = String(await freePort());
  const { status, stdout } = await doctor(['-p', port, 'localhost']);
  expect(status).toBe(1);
  expect(stdout).toMatch(/The first thing to mend: connection: no connection to localhost/);
});

test('--json prints an object for each step, and a verdict', async () => {
  const { status, stdout } = await doctor(['--json', '-p', String(realm.port), 'localhost']);
  expect(status).toBe(0);
  const objects = objectsOf(stdout);
  expect(objects.slice(0, -1).map(({ type, name, outcome }) => [type, name, outcome])).toEqual(
    [
      'name',
      'connection',
      'configuration',
      'credentials',
      'kdcs',
      'clock',
      'service-ticket',
      'authentication',
      'noop',
    ].map((name) => ['step', name, 'ok']),
  );
  expect(objects.at(-1)).toMatchObject({ type: 'verdict', host: 'localhost', isUsable: true });
});

test('everything broken at once still gives every step', async () => {
  const env = { KRB5_CONFIG: '/nonexistent/krb5.conf', KRB5CCNAME: 'FILE:/nonexistent/cache' };
  const { status, stdout } = await doctor(['--json', 'no-such-host.invalid'], env);
  expect(status).toBe(1);
  const objects = objectsOf(stdout);
  expect(objects).toHaveLength(10);
  expect(objects.at(-1)).toMatchObject({ type: 'verdict', isUsable: false, step: 'name' });
});

test('a name with control characters commands no terminal', async () => {
  const { stdout, stderr } = await doctor(['no\u001b[2Jsuch.invalid']);
  expect(stdout + stderr).not.toContain('\u001b');
});

test('a keytab is looked at as well', async () => {
  const { keytabs, port } = realm;
  const args = ['--keytab', keytabs.client, '--client', 'alice', '-p', String(port), 'localhost'];
  const { status, stdout } = await doctor(args);
  expect(status).toBe(0);
  expect(stdout).toMatch(/the keytab .* has the key of alice@REMCTL\.TEST/);
});
