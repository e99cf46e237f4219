/** A session on one connection: in a terminal, and from a file. */
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Realm, startRealm } from '@remctl/realm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, inPty } from './in-pty.js';
import { CTRL_BACKSLASH, CTRL_C, CTRL_D, ENTER, TAB, UP } from './keys.js';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

const PROMPT = 'localhost> ';
const SIGQUIT = -3;

let realm: Realm;
beforeAll(async () => {
  realm = await startRealm();
});
afterAll(() => realm?.dispose());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const historyFile = () => join(folder, 'history');
const env = (more: NodeJS.ProcessEnv = {}) => ({
  ...realm.env,
  REMCTL_HISTORY: historyFile(),
  ...more,
});
const command = (...more: string[]) => [
  ...[process.execPath, REMCTL, '--shell', '-p', String(realm.port)],
  ...[...more, 'localhost'],
];

/** Types each line at a prompt, and leaves by Ctrl-D. */
function typed(lines: readonly string[], last = CTRL_D): Answer[] {
  return [...lines.map((line) => `${line}${ENTER}`), last].map((keys) => ({ after: PROMPT, keys }));
}

describe.each(['pure', 'native'])('at a terminal, %s', (REMCTL_BACKEND) => {
  const session = (answers: readonly Answer[], more: NodeJS.ProcessEnv = {}) =>
    inPty(command(), env({ REMCTL_BACKEND, ...more }), answers);

  test('runs each line on one connection, and ends with the last status', () => {
    const { status, shown, isRestored } = session(
      typed(['test whoami', "echo 'a  b'", 'test status 3']),
    );
    expect(shown).toContain('connected to localhost');
    expect(shown).toContain(`${realm.principals.client}\r\n`);
    expect(shown).toContain('a  b\r\n');
    expect(shown).toContain('[status 3]');
    expect({ status, isRestored }).toEqual({ status: 3, isRestored: true });
  });

  test('a quote that is open goes on in the next line', () => {
    const { shown, status } = session([
      { after: PROMPT, keys: `echo 'one${ENTER}` },
      { after: '> ', keys: `two'${ENTER}` },
      { after: PROMPT, keys: CTRL_D },
    ]);
    expect(shown).toContain('one\r\ntwo\r\n');
    expect(status).toBe(0);
  });

  test('Ctrl-C at the prompt clears the line', () => {
    const { shown, status } = session([
      { after: PROMPT, keys: `test status 9${CTRL_C}` },
      { after: '^C', keys: `echo fine${ENTER}` },
      { after: 'fine\r\n', keys: CTRL_D },
    ]);
    expect(shown).not.toContain('[status 9]');
    expect(status).toBe(0);
  });

  test('Ctrl-C ends the command that runs; the session goes on', () => {
    const { shown, status } = session([
      { after: PROMPT, keys: `test sleep 30${ENTER}` },
      { after: 'sleep 30', keys: CTRL_C },
      { after: 'may have run', keys: `echo on${ENTER}` },
      { after: 'on\r\n', keys: CTRL_D },
    ]);
    expect(shown).toContain('the command was sent and may have run');
    expect(shown).toContain('[status 130]');
    expect(shown).toContain('connected again');
    expect(status).toBe(0);
  });

  test('a command that the server refuses is told, and the session goes on', () => {
    const { shown, status } = session(typed(['no such', 'echo on']));
    expect(shown).toContain('Unknown command');
    expect(shown).toContain('[status 255]');
    expect(status).toBe(0);
  });

  test('Tab completes what the server’s help names', () => {
    const { shown } = session([
      { after: PROMPT, keys: `te${TAB}` },
      { after: 'test ', keys: `str${TAB}` },
      { after: 'streams ', keys: ENTER },
      { after: PROMPT, keys: CTRL_D },
    ]);
    expect(shown).not.toContain('Unknown command');
    expect(shown).not.toContain('[status');
  });

  test('a connection that was lost while idle is told, and the next command opens another', () => {
    const { shown, status } = session([
      { after: PROMPT, keys: `test hangup 0.1${ENTER}` },
      { after: PROMPT, keys: `echo on${ENTER}` },
      { after: 'connected again', keys: CTRL_D },
    ]);
    expect(shown).toContain('the connection was lost');
    expect(shown).toContain('on\r\n');
    expect(status).toBe(0);
  });

  test('\\q leaves with a status; \\? helps', () => {
    const { shown, status } = session(typed(['\\?', '\\q 4']).slice(0, 2));
    expect(shown).toContain("server's own help");
    expect(status).toBe(4);
  });

  test('Ctrl-\\ ends the session by SIGQUIT, and leaves the terminal as it was', () => {
    const { status, isRestored } = session([{ after: PROMPT, keys: CTRL_BACKSLASH }]);
    expect({ status, isRestored }).toEqual({ status: SIGQUIT, isRestored: true });
  });

  test('SIGTERM ends it, and leaves the terminal as it was', () => {
    const { status, isRestored } = session([{ after: PROMPT, signal: 'SIGTERM' }]);
    expect({ status, isRestored }).toEqual({ status: -15, isRestored: true });
  });
});

describe('the history', () => {
  const session = (answers: readonly Answer[], more: NodeJS.ProcessEnv = {}) =>
    inPty(command(), env(more), answers);

  test('is kept for later sessions, readable by the user alone', () => {
    session(typed(['echo one', ' echo hidden', 'echo two']));
    expect(readFileSync(historyFile(), 'utf8')).toBe('echo one\necho two\n');
    expect(statSync(historyFile()).mode & 0o777).toBe(0o600);
    const { shown } = session([
      { after: PROMPT, keys: `${UP}${UP}${ENTER}` },
      { after: 'one\r\n', keys: CTRL_D },
    ]);
    expect(shown).toContain('echo one');
  });

  test('is not written through a link', () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'keep\n');
    symlinkSync(other, historyFile());
    const { shown, status } = session(typed(['echo one']));
    expect(shown).toContain('no history');
    expect(readFileSync(other, 'utf8')).toBe('keep\n');
    expect(status).toBe(0);
  });

  test('may be switched off', () => {
    const { status } = session(typed(['echo one']), { REMCTL_HISTORY: '' });
    expect(status).toBe(0);
    expect(() => statSync(historyFile())).toThrow();
  });
});

describe.each(['pure', 'native'])('from a file, %s', (REMCTL_BACKEND) => {
  async function script(input: string | Uint8Array, ...more: string[]) {
    const [program = '', ...args] = command(...more);
    const { child, ended } = runProgram(program, args, env({ REMCTL_BACKEND }));
    child.stdin.end(input);
    const { status, stdout, stderr } = await ended;
    return { status, stdout: stdout.toString('latin1'), stderr: stderr.toString() };
  }

  test('runs each line, and ends with the last status', async () => {
    const text = 'echo one\n\n# echo no\ntest streams\necho "a b" c\ntest status 3\n';
    const { status, stdout, stderr } = await script(text);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^one\n[\s\S]*a b c\n$/);
    expect(stderr).not.toBe('');
  });

  test('sends bytes that are not UTF-8 as they are', async () => {
    const line = Buffer.concat([
      Buffer.from('test argv '),
      Buffer.of(0xff, 0xfe),
      Buffer.from('\n'),
    ]);
    expect((await script(line)).stdout).toBe('fffe\n');
  });

  test('goes on after a command that failed, on a new connection if need be', async () => {
    const { status, stdout } = await script('no such\necho on\n');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'on\n' });
  });

  test('a quote without an end is an error, and is not sent', async () => {
    const { status, stdout, stderr } = await script("echo one\necho 'two\n");
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'one\n' });
    expect(stderr).toMatch(/line 2: a quote or a backslash has no end/);
  });

  test('carriage returns and other line ends of Unicode end no line', async () => {
    const { stdout } = await script("test argv 'a\rb' c\r\ntest argv \u2028\n");
    expect(stdout).toBe('610d62\n63\ne280a8\n');
  });

  test('\\q leaves, and the rest is not sent', async () => {
    expect(await script('test status 2\n\\q\necho no\n')).toMatchObject({ status: 2, stdout: '' });
    expect(await script('\\q 7\necho no\n')).toMatchObject({ status: 7, stdout: '' });
  });

  test('a wrong word of the session is told with its line, and the script goes on', async () => {
    const { status, stdout, stderr } = await script('\n\\x y\necho on\n');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'on\n' });
    expect(stderr).toContain('line 2: there is no \\x');
  });

  test('a command that no protocol carries is told, and the script goes on', async () => {
    const { status, stdout, stderr } = await script(`${'a '.repeat(5000)}\necho on\n`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'on\n' });
    expect(stderr).not.toBe('');
  });

  test('after a signal nothing more is sent, and the command is told once', async () => {
    const tally = `signal-${REMCTL_BACKEND}`;
    const [program = '', ...args] = command();
    const { child, ended } = runProgram(program, args, env({ REMCTL_BACKEND }));
    child.stdin.write(`test slow 100 0.1\ntest tally ${tally}\n`);
    child.stdout.once('data', () => child.kill('SIGTERM'));
    const { signal, stderr } = await ended;
    expect(signal).toBe('SIGTERM');
    expect(stderr.toString()).toBe(
      'remctl: ended by SIGTERM: the command was sent and may have run\n',
    );
    expect(realm.tally(tally)).toBe(0);
  });

  test('a connection that breaks while a command runs: it is told, and not repeated', async () => {
    const tally = `broken-${REMCTL_BACKEND}`;
    const text = `test hangup 0.1\ntest sleep 1\ntest tally ${tally}\n`;
    const { status, stdout, stderr } = await script(text);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'counted\n' });
    expect(stderr).toContain('the command was sent and may have run');
    expect(realm.tally(tally)).toBe(1);
  });

  test('a full disk is told, the commands run on, and the status is 1', async () => {
    const tally = `full-${REMCTL_BACKEND}`;
    const line = [...command(), '>/dev/full'].join(' ');
    const { child, ended } = runProgram('sh', ['-c', line], env({ REMCTL_BACKEND }));
    child.stdin.end(`echo one\ntest tally ${tally}\n`);
    const { status, stderr } = await ended;
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/No space left on device/);
    expect(realm.tally(tally)).toBe(1);
  });

  test('a reader that has gone ends the session as by SIGPIPE', async () => {
    const line = [...command(), '| head -1'].join(' ');
    const { child, ended } = runProgram('bash', ['-o', 'pipefail', '-c', line], {
      ...env({ REMCTL_BACKEND }),
    });
    child.stdin.end(`echo one\n${'test output 100000\n'.repeat(10)}`);
    const { status, stdout } = await ended;
    expect([status, stdout.toString()]).toEqual([141, 'one\n']);
  });

  test('--json prints an object a line', async () => {
    const { stdout } = await script('echo one\ntest status 2\n', '--json');
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toMatchObject([
      { type: 'output', stream: 'stdout', data: 'one\n' },
      { type: 'status', status: 0 },
      { type: 'status', status: 2 },
    ]);
  });
});

test.each(['pure', 'native'])('without a ticket it ends at once, %s', async (REMCTL_BACKEND) => {
  const [program = '', ...args] = command();
  const ccache = `FILE:${join(folder, 'none')}`;
  const { child, ended } = runProgram(program, args, env({ REMCTL_BACKEND, KRB5CCNAME: ccache }));
  child.stdin.end('echo one\n');
  const { status, stdout, stderr } = await ended;
  expect([status, stdout.toString()]).toEqual([1, '']);
  expect(stderr.toString()).toMatch(/^remctl: /);
});

test('a server that is not there is told at the start', async () => {
  const closed = String(await freePort());
  const args = [REMCTL, '--shell', '-p', closed, 'localhost'];
  const { child, ended } = runProgram(process.execPath, args, env());
  child.stdin.end('echo one\n');
  const { status, stderr } = await ended;
  expect(status).toBe(1);
  expect(stderr.toString()).toContain(`cannot connect to localhost (port ${closed})`);
});
