/** The command beside the C client: the same words in, the same output and status out. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort, type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm.dispose());

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of this realm's alice; the words come after the program's own. */
function start(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, words, { env: { ...realm.env, ...env } });
  const pieces = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (data: Buffer) => pieces.stdout.push(data));
  child.stderr.on('data', (data: Buffer) => pieces.stderr.push(data));
  const ended = new Promise<Ended & { readonly bytes: Buffer }>((resolve) => {
    child.on('close', (status) => {
      const bytes = Buffer.concat(pieces.stdout);
      const stderr = Buffer.concat(pieces.stderr).toString();
      resolve({ status, bytes, stdout: bytes.toString(), stderr });
    });
  });
  return { child, ended };
}

const theirs = (...words: string[]) => start('remctl', words).ended;
const port = () => String(realm.port);

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  const ourCommand = (...words: string[]) =>
    start(process.execPath, [main, ...words], { REMCTL_BACKEND });
  const ours = (...words: string[]) => ourCommand(...words).ended;

  describe('the same as the C client', () => {
    test.each([
      ['output and status', ['test', 'streams']],
      ['a status', ['test', 'status', '7']],
      ['status 255', ['test', 'status', '255']],
      ['a denied command', ['test', 'denied']],
      ['an unknown command', ['no', 'such']],
      ['words that look like options', ['test', 'argv', '-p', '1', '--', '-v']],
      ['an empty word', ['test', 'argv', '']],
      ['help', ['help', 'test', 'streams']],
    ])('%s', async (_, command) => {
      const words = ['-p', port(), 'localhost', ...command];
      const [mine, yours] = await Promise.all([ours(...words), theirs(...words)]);
      expect(mine).toEqual(yours);
    });

    test('10 MB of output', async () => {
      const words = ['-p', port(), 'localhost', 'test', 'output', '10000000'];
      const [mine, yours] = await Promise.all([ours(...words), theirs(...words)]);
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
    ])('%s', async (_, words) => {
      const mine = await ours(...words(), 'test', 'whoami');
      expect(mine).toEqual(await theirs(...words(), 'test', 'whoami'));
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
    ])('wrong use ends with 1 and a word on standard error: %s', async (_, words) => {
      for (const { status, stdout, stderr } of [await ours(...words), await theirs(...words)]) {
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        expect(stderr).not.toBe('');
      }
    });
  });

  test('-h prints the usage and ends with 0; -v the name and version', async () => {
    expect(await ours('-h')).toMatchObject({ status: 0, stderr: '' });
    expect((await ours('-h')).stdout).toMatch(/^Usage: remctl <options> <host> <command>/);
    expect((await ours('-v')).stdout).toMatch(/^remctl \d+\.\d+\.\d+\n$/);
  });

  test('a failure ends with 1, and says what failed', async () => {
    const closed = String(await freePort());
    const { status, stdout, stderr } = await ours('-p', closed, 'localhost', 'a');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      `remctl: cannot connect to localhost (port ${closed}): Connection refused\n`,
    );
  });

  test('an unknown backend is named with those that are known', async () => {
    const { status, stderr } = await ours('--backend', 'quick', 'localhost', 'a');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^remctl: .*"quick"; known are pure, native/);
  });

  test('words that are not UTF-8 arrive as the bytes that they are', async () => {
    // Only a shell can be asked for such a word: Node's spawn takes text.
    const script = '"$@" test argv "$(printf "\\377\\376x")" ""';
    const words = ['-c', script, 'sh', process.execPath, main, '-p', port(), 'localhost'];
    expect((await start('sh', words, { REMCTL_BACKEND }).ended).stdout).toBe('fffe78\n\n');
  });

  test('binary output passes unchanged', async () => {
    const { bytes } = await ours('-p', port(), 'localhost', 'test', 'stdin', 'a\nb\tc');
    expect(bytes.toString('latin1')).toBe('a\nb\tc');
  });

  test('a reader that goes ends it quietly, as SIGPIPE would', async () => {
    const words = ['-p', port(), 'localhost', 'test', 'output', '10000000'];
    const { child, ended } = ourCommand(...words);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ status: 141, stderr: '' });
  });

  test('-d says what is done, and nothing of what the command says', async () => {
    const { stderr, stdout } = await ours('-d', '-p', port(), 'localhost', 'echo', 'secret');
    expect(stdout).toBe('secret\n');
    expect(stderr).toMatch(/output token: stream 1, 7 bytes/);
    expect(stderr).not.toContain('secret');
  });

  test('Ctrl-C ends it at once', async () => {
    const { child } = ourCommand('-p', port(), 'localhost', 'test', 'sleep', '20');
    const signal = new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
    setTimeout(() => child.kill('SIGINT'), 500);
    expect(await signal).toBe('SIGINT');
  });
});
