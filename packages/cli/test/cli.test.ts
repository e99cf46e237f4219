/** `remctl` beside the C client: equal arguments give equal output and status. */
import { freePort, type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm.dispose());

/**
 * Runs a program as the realm's alice. `ended` gives its status and its output as bytes and text.
 */
function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { ended } = runProgram(program, args, { ...realm.env, ...env });
  const asText = async () => {
    const { status, stdout, stderr } = await ended;
    return { status, bytes: stdout, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  return { ended: asText() };
}

const theirs = (...args: string[]) => start('remctl', args).ended;
const port = () => String(realm.port);

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  const ours = (...args: string[]) =>
    start(process.execPath, [REMCTL, ...args], { REMCTL_BACKEND }).ended;

  describe('the same as the C client', () => {
    test.each([
      ['output and status', ['test', 'streams']],
      ['a status of the command', ['test', 'status', '7']],
      ['status 255', ['test', 'status', '255']],
      ['a denied command', ['test', 'denied']],
      ['an unknown command', ['no', 'such']],
      ['arguments that look like options', ['test', 'argv', '-p', '1', '--', '-v']],
      ['an empty argument', ['test', 'argv', '']],
      ['help', ['help', 'test', 'streams']],
    ])('%s', async (_, command) => {
      const args = ['-p', port(), 'localhost', ...command];
      const [mine, yours] = await Promise.all([ours(...args), theirs(...args)]);
      expect(mine).toEqual(yours);
    });

    test('10 MB of output', async () => {
      const args = ['-p', port(), 'localhost', 'test', 'output', '10000000'];
      const [mine, yours] = await Promise.all([ours(...args), theirs(...args)]);
      expect(mine.status).toBe(0);
      expect(mine.bytes.equals(yours.bytes)).toBe(true);
    });

    test.each([
      ['-p joined to its number', () => [`-p${port()}`, 'localhost']],
      ['-s', () => ['-p', port(), '-s', realm.principals.otherServer, 'localhost']],
      ['-s without a realm', () => ['-p', port(), '-sremctl/localhost', 'localhost']],
      ['-b', () => ['-b', '127.0.0.1', '-p', port(), 'localhost']],
      ['-t', () => ['-t', '10', '-p', port(), 'localhost']],
      ['--', () => ['-p', port(), '--', 'localhost']],
    ])('%s', async (_, args) => {
      const mine = await ours(...args(), 'test', 'whoami');
      expect(mine).toEqual(await theirs(...args(), 'test', 'whoami'));
      expect(mine.stdout).toBe('alice@REMCTL.TEST\n');
    });

    test.each([
      ['nothing', []],
      ['no command', ['localhost']],
      ['an unknown option', ['-x', 'localhost', 'a']],
      ['an option without its value', ['-p']],
      ['port 0', ['-p', '0', 'localhost', 'a']],
      ['port 65536', ['-p', '65536', 'localhost', 'a']],
      ['a port that is no number', ['-p', 'remctl', 'localhost', 'a']],
      ['a negative time-out', ['-t', '-1', 'localhost', 'a']],
      ['a time-out that is no number', ['-t', '5s', 'localhost', 'a']],
    ])('a wrong use ends with status 1 and a message on standard error: %s', async (_, args) => {
      for (const { status, stdout, stderr } of [await ours(...args), await theirs(...args)]) {
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        expect(stderr).not.toBe('');
      }
    });
  });

  test('-h prints the usage and ends with status 0; -v prints the name and version', async () => {
    expect(await ours('-h')).toMatchObject({ status: 0, stderr: '' });
    expect((await ours('-h')).stdout).toMatch(/^Usage: remctl <options> <host> <command>/);
    expect((await ours('-v')).stdout).toMatch(/^remctl \d+\.\d+\.\d+\n$/);
  });

  test('a failure ends with status 1 and says what failed', async () => {
    const closed = String(await freePort());
    const { status, stdout, stderr } = await ours('-p', closed, 'localhost', 'a');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      `remctl: cannot connect to localhost (port ${closed}): Connection refused\n`,
    );
  });

  test('the message about an unknown backend names the known ones', async () => {
    const { status, stderr } = await ours('--backend', 'quick', 'localhost', 'a');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^remctl: .*"quick"; known are pure, native/);
  });

  test('arguments that are not UTF-8 arrive as the same bytes', async () => {
    // Node's spawn takes text only, so a shell makes this argument.
    const script = '"$@" test argv "$(printf "\\377\\376x")" ""';
    const args = ['-c', script, 'sh', process.execPath, REMCTL, '-p', port(), 'localhost'];
    expect((await start('sh', args, { REMCTL_BACKEND }).ended).stdout).toBe('fffe78\n\n');
  });

  test('--ccache and --keytab with --client choose who calls', async () => {
    const whoami = ['-p', port(), 'localhost', 'test', 'whoami'];
    const { otherCcache, keytabs, principals } = realm;
    expect(await ours('--ccache', otherCcache, ...whoami)).toMatchObject({
      status: 0,
      stdout: `${principals.otherClient}\n`,
      stderr: '',
    });
    const key = ['--keytab', keytabs.client, '--client', principals.otherClient];
    const noCache = { REMCTL_BACKEND, KRB5CCNAME: 'FILE:/nonexistent' };
    const { ended } = start(process.execPath, [REMCTL, ...key, ...whoami], noCache);
    // libremctl takes no keytab: it says so before anything is sent.
    expect(await ended).toMatchObject(
      REMCTL_BACKEND === 'pure'
        ? { status: 0, stdout: `${principals.otherClient}\n`, stderr: '' }
        : {
            status: 1,
            stdout: '',
            stderr: expect.stringMatching(/^remctl: libremctl takes no keytab/),
          },
    );
  });

  test('a time-out of a fraction of a second', async () => {
    const { status, stderr } = await ours(
      '--timeout',
      '250ms',
      '-p',
      port(),
      'localhost',
      'test',
      'sleep',
      '9',
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^remctl: error reading from server: error receiving token: timed out/);
  });

  test('control characters in output pass unchanged', async () => {
    const { bytes } = await ours('-p', port(), 'localhost', 'test', 'stdin', 'a\nb\tc');
    expect(bytes.toString('latin1')).toBe('a\nb\tc');
  });

  test('-d says what remctl does, and shows no argument and no output', async () => {
    const { stderr, stdout } = await ours('-d', '-p', port(), 'localhost', 'echo', 'secret');
    expect(stdout).toBe('secret\n');
    expect(stderr).toMatch(
      /^remctl: #1 localhost: open port \d+ as host\/localhost, (pure|native)/,
    );
    expect(stderr).toMatch(/\nremctl: #1 localhost: command echo: 2 arguments, 10 bytes\n/);
    expect(stderr).toMatch(/output token: stream 1, 7 bytes/);
    expect(stderr).toMatch(/\nremctl: #1 localhost: close port \d+: close\(\).*\n$/);
    expect(stderr).not.toContain('secret');
  });
});
