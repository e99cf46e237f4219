/** Output: as it arrives, in pieces, however much, and where it cannot be written. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

const MANY = 100_000_000;
/** Bytes of memory above which output would have been kept: Node with a backend takes about 80 MB. */
const MOST_MEMORY = 200 * 1024 * 1024;
const KIB = 1024;

let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm?.dispose());

/** The bytes that `test output` prints. */
function expectedHash(): string {
  const block = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(2520));
  const hash = createHash('sha256');
  for (let left = MANY; left > 0; left -= block.length) {
    hash.update(block.subarray(0, Math.min(left, block.length)));
  }
  return hash.digest('hex');
}

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  const env = () => ({ ...realm.env, REMCTL_BACKEND });
  const command = (...words: string[]) => [REMCTL, '-p', String(realm.port), 'localhost', ...words];
  const shell = (script: string, ...words: string[]) =>
    runProgram('sh', ['-c', script, 'sh', process.execPath, ...command(...words)], env()).ended;

  test('a line is there before the command has ended', async () => {
    const { child, ended } = runProgram(process.execPath, command('test', 'slow', '3', '1'), env());
    const first = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    );
    expect(first).toBe('line 1\n');
    expect(child.exitCode).toBeNull();
    child.kill();
    await ended;
  });

  test('100 MB, byte for byte, in little memory', async () => {
    const child = spawn(process.execPath, command('test', 'output', String(MANY)), {
      env: env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const hash = createHash('sha256');
    let most = 0;
    for await (const piece of child.stdout) {
      hash.update(piece);
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      most = Math.max(most, KIB * Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0));
    }
    expect(hash.digest('hex')).toBe(expectedHash());
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(MOST_MEMORY);
  });

  test('on a full disk it says so once, the command goes on to its end, and the status is not 0', async () => {
    const { status, stderr } = await shell('"$@" >/dev/full', 'test', 'output', '1000000');
    expect(status).toBe(1);
    expect(stderr.toString()).toBe(
      'remctl: local write of command output failed: No space left on device\n',
    );
    expect((await shell('"$@" >/dev/full', 'test', 'trace', `full-${REMCTL_BACKEND}`)).status).toBe(
      1,
    );
    expect(realm.tally(`full-${REMCTL_BACKEND}`)).toBe(1);
    expect((await shell('"$@" >/dev/full 2>&1', 'test', 'nosuch')).status).not.toBe(0);
  });

  test('a full pipe that does not make its writer wait loses nothing', async () => {
    // dd sets O_NONBLOCK on the pipe that it shares with remctl.
    const script = '{ dd oflag=nonblock count=0 status=none; "$@"; } | { sleep 0.5; wc -c; }';
    const { stdout } = await shell(script, 'test', 'output', '1000000');
    expect(Number(stdout)).toBe(1_000_000);
  });
});
