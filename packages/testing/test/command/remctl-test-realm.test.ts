/** The program remctl-test-realm, as people at a shell use it. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, run, start } from '../support/run.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A folder of the test, with scripts, and with the folder for temporary files of what it starts. */
let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-command-'));
  mkdirSync(join(folder, 'tmp'));
  env = { ...process.env, TMPDIR: join(folder, 'tmp'), REMCTL_TEST_PASSWORD: undefined };
  script('scripts/whoami', 'echo "$REMOTE_USER"');
  script('scripts/account/show', 'echo "account $2"');
  script('scripts/account/status', 'exit "$2"');
});
afterEach(() => {
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  rmSync(folder, { recursive: true });
});

function script(name: string, body: string, mode = 0o755): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, mode);
  return path;
}

const scripts = () => join(folder, 'scripts');
const testRealm = (...args: string[]) => run(process.execPath, [main, ...args], env);
/** Runs a shell script in a realm of the scripts. */
const inRealm = (body: string, ...options: string[]) =>
  testRealm(scripts(), ...options, '--', 'sh', '-c', body);

/** The C client on the realm of the environment. */
const REMCTL = 'remctl -p "$REMCTL_TEST_PORT" "$REMCTL_TEST_HOST"';

describe('with a program', () => {
  test('runs it in the realm: the C client finds the scripts, by command and subcommand', async () => {
    const { status, stdout, stderr } = await inRealm(
      `${REMCTL} whoami; ${REMCTL} account show jdoe; ${REMCTL} account status 7; echo $?;
       ${REMCTL} account nothing`,
    );
    expect(stdout).toBe('alice@REMCTL.TEST\naccount jdoe\n7\n');
    expect(stderr).toBe('Unknown command\n');
    expect(status).toBe(255);
  });

  test('klist shows the ticket, and kinit takes the password', async () => {
    const { status, stdout } = await inRealm(
      `klist | grep 'Default principal';
       export KRB5CCNAME="FILE:$REMCTL_TEST_FOLDER/new.ccache";
       printf '%s\\n' "$REMCTL_TEST_PASSWORD" | kinit bob >/dev/null && ${REMCTL} whoami`,
      '--user',
      'alice',
      '--user',
      'bob',
    );
    expect(stdout).toBe('Default principal: alice@REMCTL.TEST\nbob@REMCTL.TEST\n');
    expect(status).toBe(0);
  });

  test('gives the users, the password, the realm and the port that it was told', async () => {
    const port = String(await freePort());
    const { stdout } = await inRealm(
      `echo $REMCTL_TEST_PORT; echo s3cret | kinit -c "$KRB5CCNAME" bob >/dev/null && ${REMCTL} whoami
       KRB5CCNAME="FILE:$REMCTL_TEST_FOLDER/carol.ccache" ${REMCTL} whoami`,
      ...['--user', 'bob', '--user', 'carol', '--password', 's3cret'],
      ...['--realm', 'EXAMPLE.TEST', '--port', port],
    );
    expect(stdout).toBe(`${port}\nbob@EXAMPLE.TEST\ncarol@EXAMPLE.TEST\n`);
  });

  test('ends as it ends: by a status, by a signal', async () => {
    expect(await inRealm('exit 3')).toMatchObject({ status: 3, stdout: '', stderr: '' });
    expect(await inRealm('kill -9 $$')).toMatchObject({ status: 137, stdout: '', stderr: '' });
  });

  test('passes standard input and signals on', async () => {
    const cat = start(process.execPath, [main, scripts(), '--', 'cat'], env);
    cat.child.stdin.end('through');
    expect(await cat.ended).toMatchObject({ status: 0, stdout: 'through' });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const body =
        'trap "echo ended; exit 5" TERM INT HUP; echo ready; while :; do sleep 0.05; done';
      const args = [main, scripts(), '--', 'sh', '-c', body];
      const { child, output, ended } = start(process.execPath, args, env);
      expect(await eventually(() => output.stdout === 'ready\n')).toBe(true);
      child.kill(signal);
      expect(await ended).toMatchObject({ status: 5, stdout: 'ready\nended\n', stderr: '' });
    }
  });

  test('that does not exist or cannot be run is an error', async () => {
    expect(await testRealm(scripts(), '--', 'no-such-program')).toMatchObject({
      status: 127,
      stderr: 'remctl-test-realm: there is no program no-such-program: check its name and PATH\n',
    });
    const plain = script('plain', '', 0o644);
    expect(await testRealm(scripts(), '--', plain)).toMatchObject({
      status: 126,
      stderr: expect.stringMatching(`cannot run ${plain}: .*chmod \\+x`),
    });
  });
});

describe('without a program', () => {
  /** Starts a realm and waits until it has printed everything. */
  async function printed(...args: string[]) {
    const realm = start(process.execPath, [main, scripts(), ...args], env);
    expect(await eventually(() => realm.output.stderr.includes('source the lines'))).toBe(true);
    return realm;
  }

  /** Runs a script in a shell that has sourced the lines. */
  const sourced = (lines: string, body: string) =>
    run('sh', ['-c', `${lines}\n${body}`], { PATH: process.env.PATH });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'prints the environment to source, and %s ends it',
    async (signal) => {
      const { child, output, ended } = await printed();
      const used = await sourced(
        output.stdout,
        `${REMCTL} whoami; printf '%s\\n' "$REMCTL_TEST_PASSWORD" | kinit alice >/dev/null; klist`,
      );
      expect(used.stdout).toMatch(/^alice@REMCTL\.TEST\nTicket cache: FILE:.*alice\.ccache\n/);
      expect(output.stderr).toMatch(
        /REMCTL\.TEST runs .*users: alice; its commands: account, whoami/,
      );
      child.kill(signal);
      expect(await ended).toMatchObject({ status: 0, signal: null });
      expect((await sourced(output.stdout, `${REMCTL} whoami`)).status).toBe(1);
    },
  );

  test('--until-eof ends with standard input, and json is for programs', async () => {
    const { child, output, ended } = await printed('--until-eof', '--shell', 'json');
    const variables = JSON.parse(output.stdout);
    expect(variables).toMatchObject({ REMCTL_TEST_HOST: 'localhost', KRB5_CLIENT_KTNAME: null });
    child.stdin.end();
    expect(await ended).toMatchObject({ status: 0 });
  });

  test('a signal while it starts leaves nothing behind', async () => {
    for (const delay of [0, 50, 100, 150, 200, 250, 300]) {
      const { child, ended } = start(process.execPath, [main, scripts()], env);
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGTERM');
      await ended;
      expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    }
  });

  test('ends when nobody reads what it prints', async () => {
    const { child, ended } = start(process.execPath, [main, scripts()], env);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ status: 141, stderr: '' });
  });
});

describe('a remctl.conf', () => {
  test('gives the commands, with its rules for principals', async () => {
    const path = join(folder, 'remctl.conf');
    const program = join(scripts(), 'whoami');
    writeFileSync(
      path,
      `who am ${program} princ:bob@EXAMPLE.ORG\nwho else ${program} \\\n  ANYUSER\n`,
    );
    const { stdout, stderr } = await testRealm(
      ...['--config', path, '--realm', 'EXAMPLE.ORG', '--user', 'alice'],
      ...['--', 'sh', '-c', `${REMCTL} who else; ${REMCTL} who am`],
    );
    expect(stdout).toBe('alice@EXAMPLE.ORG\n');
    expect(stderr).toBe('Access denied\n');
  });

  test('with a fault is an error with file and line', async () => {
    const path = join(folder, 'remctl.conf');
    writeFileSync(path, `# a comment\ntest all /bin/true stdinn=last ANYUSER\n`);
    const { status, stderr } = await testRealm('--config', path, '--', 'true');
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^remctl-test-realm: .*${path}.*2.*stdinn`));
  });
});

describe('what goes wrong', () => {
  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = portOf(other);
    const { status, stderr } = await testRealm(scripts(), '--port', String(port), '--', 'true');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `remctl-test-realm: another program listens on 127.0.0.1 port ${port}: stop it, or choose another port\n`,
    });
    other.close();
  });

  test('a script that is not executable is said, and is no command', async () => {
    const path = script('scripts/library', 'echo', 0o644);
    const { status, stderr } = await inRealm(`${REMCTL} library`);
    expect(status).toBe(255);
    expect(stderr).toBe(
      `remctl-test-realm: ${path} is not executable, so it is no command; if it should be one: chmod +x ${path}\n` +
        'Unknown command\n',
    );
  });

  test('no folder, no file, a bad name', async () => {
    expect((await testRealm(join(folder, 'missing'))).stderr).toMatch(
      /there is no folder .*missing/,
    );
    expect((await testRealm('--config', join(folder, 'missing'))).stderr).toMatch(/missing/);
    expect((await testRealm(scripts(), '--user', 'a@B')).stderr).toMatch(/a@B.*without its realm/);
    expect((await testRealm(scripts(), '--realm', 'A B')).stderr).toMatch(/no realm's name/);
    expect(await testRealm()).toMatchObject({ status: 2, stdout: '' });
  });

  test('-h and -v', async () => {
    expect(await testRealm('-h')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: remctl-test-realm/),
    });
    expect((await testRealm('-v')).stdout).toMatch(/^remctl-test-realm \d+\.\d+\.\d+\n$/);
  });
});

test('--log writes the server’s records to standard error', async () => {
  const { stdout, stderr } = await inRealm(`${REMCTL} whoami`, '--log');
  expect(stdout).toBe('alice@REMCTL.TEST\n');
  expect(stderr).toMatch(/COMMAND.*alice@REMCTL\.TEST.*whoami/i);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  return address.port;
}
