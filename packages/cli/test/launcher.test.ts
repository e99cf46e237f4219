/** Signals that are ignored when the program begins stay ignored. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

let realm: Realm;
let program: string;

beforeAll(async () => {
  realm = await startRealm();
  program = REMCTL;
});

afterAll(() => realm?.dispose());

test('Node.js tells nothing of ignored signals: it sets every one back when it starts', () => {
  const print = 'console.log(require("fs").readFileSync("/proc/self/status", "utf8"))';
  const script = `trap '' HUP INT; exec "$0" -e '${print}'`;
  const status = execFileSync('sh', ['-c', script, process.execPath], { encoding: 'utf8' });
  const [, ignored = ''] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  expect(BigInt(`0x${ignored}`) & 3n).toBe(0n);
});

describe('the launcher', () => {
  const env = () => ({ ...realm.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` });
  const command = () => ['-p', String(realm.port), 'localhost', 'test', 'slow', '4', '0.5'];

  /** Starts the program behind a shell script, and sends a signal once a line has come. */
  async function interrupt(client: readonly string[], script: string, signal: NodeJS.Signals) {
    const args = ['-c', script, 'sh', ...client, ...command()];
    const { child, ended } = runProgram('sh', args, env());
    child.stdout.once('data', () => child.kill(signal));
    const { status, signal: by, stdout } = await ended;
    return { status, by, lines: stdout.toString().split('\n').length - 1 };
  }

  // The C client's output comes at its end: it gets its signal too late to matter here.
  test.each([
    ['nohup', 'exec nohup "$@" 2>/dev/null', 'SIGHUP'],
    ['a background job of sh', 'trap "" INT QUIT; exec "$@"', 'SIGINT'],
    ['a background job of sh', 'trap "" INT QUIT; exec "$@"', 'SIGQUIT'],
  ] as const)('after %s the program outlives the signal: %s, %s', async (_, script, signal) => {
    expect(await interrupt([program], script, signal)).toEqual({ status: 0, by: null, lines: 4 });
  });

  test('other signals end the program as ever', async () => {
    const { by } = await interrupt([program], 'trap "" HUP; exec "$@"', 'SIGTERM');
    expect(by).toBe('SIGTERM');
  });

  test('arguments pass as they are, through a link too', () => {
    const link = join(realm.folder, 'a link');
    const script = 'ln -s "$1" "$2"; shift; "$@" argv "$(printf "\\377")" "a  b" "" "\'"';
    const args = [program, link, '-p', String(realm.port), 'localhost', 'test'];
    const stdout = execFileSync('sh', ['-c', script, 'sh', ...args], {
      env: env(),
      encoding: 'utf8',
    });
    expect(stdout).toBe('ff\n61202062\n\n27\n');
  });
});
