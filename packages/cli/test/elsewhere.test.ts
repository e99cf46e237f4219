/** Arguments from standard input and from files arrive byte for byte. */
import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

/** More than remctld takes of a command: 100 MiB. */
const TOO_LARGE = 100 * 1024 * 1024 + 1;
const LARGE = 20 * 1024 * 1024;
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** A program's own arguments cannot hold a NUL: remctld refuses it. */
const EVERY_BYTE_BUT_NUL = EVERY_BYTE.subarray(1);

let realm: Realm;
const at = (name: string) => join(realm.folder, name);

beforeAll(async () => {
  realm = await startRealm();
  writeFileSync(at('bytes'), EVERY_BYTE_BUT_NUL);
  writeFileSync(at('two'), 'two\n');
  writeFileSync(at('empty'), '');
  writeFileSync(at('huge'), '');
  truncateSync(at('huge'), TOO_LARGE);
  writeFileSync(at('large'), Buffer.alloc(LARGE, 'x'));
});

afterAll(() => realm?.dispose());

const hex = (...values: (string | Buffer)[]) =>
  values.map((value) => `${Buffer.from(value as string).toString('hex')}\n`).join('');

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  async function remctl(args: readonly string[], input?: string | Buffer) {
    const command = [REMCTL, '-p', String(realm.port), ...args];
    const { child, ended } = runProgram(process.execPath, command, {
      ...realm.env,
      REMCTL_BACKEND,
    });
    // The program may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const { status, stdout, stderr } = await ended;
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  test.each([
    ['every byte but NUL', EVERY_BYTE_BUT_NUL],
    ['nothing', ''],
    ['a line feed at the end', 'word\n'],
  ])('--stdin is the last argument: %s', async (_, input) => {
    const { stdout } = await remctl(['--stdin', 'localhost', 'test', 'argv', 'a'], input);
    expect(stdout).toBe(hex('a', input));
  });

  test('every byte reaches a command that takes it as standard input', async () => {
    const command = [REMCTL, '-p', String(realm.port), '--stdin', 'localhost', 'test', 'stdin'];
    const env = { ...realm.env, REMCTL_BACKEND };
    const { child, ended } = runProgram(process.execPath, command, env);
    child.stdin.end(EVERY_BYTE);
    expect((await ended).stdout.equals(EVERY_BYTE)).toBe(true);
  });

  test('--arg-file puts files at their positions, in any order of the options', async () => {
    const files = ['--arg-file', `5=${at('bytes')}`, `--arg-file=2=${at('two')}`];
    const { stdout } = await remctl([...files, 'localhost', 'test', 'argv', 'a', 'b']);
    expect(stdout).toBe(hex('two\n', 'a', 'b', EVERY_BYTE_BUT_NUL));
  });

  test('files and standard input together; an empty file is an empty argument', async () => {
    const args = ['--stdin', '--arg-file', `3=${at('empty')}`, 'localhost', 'test', 'argv', 'a'];
    expect((await remctl(args, 'in')).stdout).toBe(hex('a', '', 'in'));
  });

  test('20 MB from a file', async () => {
    const args = ['--arg-file', `2=${at('large')}`, 'localhost', 'test', 'digest'];
    expect((await remctl(args)).stdout).toMatch(new RegExp(`^${LARGE} `));
  });

  test.each<[string, (folder: string) => string[], RegExp]>([
    [
      'a position beyond the end',
      (folder) => ['--arg-file', `3=${folder}/two`],
      /^remctl: a file is to be argument 3, but the command has only 2 before it/,
    ],
    [
      'two files at one position',
      (folder) => ['--arg-file', `1=${folder}/two`, '--arg-file', `1=${folder}/bytes`],
      /^remctl: two files are argument 1/,
    ],
    [
      'a file that is not there',
      (folder) => ['--arg-file', `2=${folder}/missing`],
      /^remctl: cannot read the file .*missing: ENOENT/,
    ],
    [
      'a folder',
      (folder) => ['--arg-file', `2=${folder}`],
      /^remctl: cannot read the file .*EISDIR/,
    ],
    [
      'a file that is too large',
      (folder) => ['--arg-file', `2=${folder}/huge`],
      /^remctl: the file .*huge is too large: a command takes at most 104857600 bytes/,
    ],
  ])('an error before anything is sent: %s', async (_, options, message) => {
    const args = [...options(realm.folder), 'localhost', 'test', `tally`];
    const { status, stdout, stderr } = await remctl(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('-d, errors and ps do not show what came from elsewhere', async () => {
    const args = ['-d', '--stdin', 'localhost', 'test', 'denied'];
    const { status, stderr } = await remctl(args, 'secret');
    expect(status).toBe(255);
    expect(stderr).not.toContain('secret');
  });

  test('the name of a file may have bytes that are not UTF-8', () => {
    const script = `
      name="$(printf "$1/\\377\\376")"; printf bytes >"$name"; shift
      "$@" --arg-file "2=$name" localhost test argv`;
    const command = [process.execPath, REMCTL, '-p', String(realm.port)];
    const env = { ...realm.env, REMCTL_BACKEND };
    const stdout = execFileSync('sh', ['-c', script, 'sh', realm.folder, ...command], {
      env,
      encoding: 'utf8',
    });
    expect(stdout).toBe(hex('bytes'));
  });
});
