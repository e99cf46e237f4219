/** Several hosts in a terminal: colours, alignment, and a live line that never mixes with output. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostsRealm, startHostsRealm } from './hosts-realm.js';
import { inTerminal, screenOf, type TerminalOptions } from './in-terminal.js';

let hosts: HostsRealm;

beforeAll(async () => {
  hosts = await startHostsRealm();
});

afterAll(() => hosts[Symbol.asyncDispose]());

const TWO = ['--hosts', 'localhost,127.0.0.1'];
/** What the live line has. */
const LIVE = /\d+\/\d+ done, \d+ running, \d+ failed/;
/** What begins a colour. */
const COLOR = '\u001b[3';

function run(args: readonly string[], more: Partial<TerminalOptions> = {}) {
  // The runner of these tests sets them.
  const { NO_COLOR: _, FORCE_COLOR: __, ...usual } = hosts.realm.env;
  const env = { ...usual, TERM: 'xterm', ...more.env };
  return inTerminal(hosts.command(args), { ...more, env });
}

/** Expects that the screen has the summary, and nothing of the live line. */
function expectClean(received: string): string[] {
  const screen = screenOf(received);
  expect(screen.join('\n')).not.toMatch(/ done, | running, |slowest/);
  expect(screen.join('\n')).toMatch(/not begun +time/);
  return screen;
}

test('the live line shows how many are done, run and failed, and the slowest; it is gone at the end', async () => {
  const { status, received } = await run([...TWO, 'test', 'slow', '3', '0.4']);
  expect(status).toBe(0);
  expect(received).toMatch(LIVE);
  expect(received).toMatch(/0\/2 done, 2 running, 0 failed, \d\.\d s; slowest: localhost \d\.\d s/);
  const lines = expectClean(received).slice(0, 6);
  expect(lines.sort()).toEqual([
    '127.0.0.1: line 1',
    '127.0.0.1: line 2',
    '127.0.0.1: line 3',
    'localhost: line 1',
    'localhost: line 2',
    'localhost: line 3',
  ]);
});

test('much output and the live line do not mix', async () => {
  const { received } = await run([...TWO, 'test', 'slow', '40', '0.02']);
  const lines = expectClean(received);
  expect(lines.filter((line) => /^(localhost|127\.0\.0\.1): line \d+$/.test(line))).toHaveLength(
    80,
  );
});

test('lines are aligned, hosts have colours, errors are red', async () => {
  const { received } = await run(['--hosts', 'localhost,no.a-long-name.invalid', 'echo', 'x']);
  expect(received).toContain(COLOR);
  const lines = expectClean(received);
  expect(lines).toContain(`localhost:${' '.repeat(14)}x`);
  expect(received).toContain('\u001b[31mremctl: unknown host no.a-long-name.invalid');
});

test('NO_COLOR, and a terminal that is dumb, have no colours; a dumb one no live line', async () => {
  const args = [...TWO, 'test', 'slow', '2', '0.2'];
  const plain = await run(args, { env: { NO_COLOR: '1' } });
  expect(plain.received).not.toContain(COLOR);
  expect(plain.received).toMatch(LIVE);
  const dumb = await run(args, { env: { TERM: 'dumb' } });
  expect(dumb.received).not.toContain('\u001b');
});

test('a terminal that does not know its size has the line, a narrow one a part of it', async () => {
  const args = [...TWO, 'test', 'slow', '2', '0.2'];
  expect((await run(args, { columns: 0 })).received).toMatch(LIVE);
  const { received } = await run(args, { columns: 30 });
  expect(received).toContain('0/2 done, 2 running, 0 faile…\r');
  expectClean(received);
});

test('standard output in a file has no colour; the live line stays on the terminal', async () => {
  const file = join(hosts.realm.folder, 'output');
  const { received } = await run([...TWO, 'test', 'slow', '2', '0.2'], { stdout: file });
  expect(received).toMatch(LIVE);
  expectClean(received);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n').sort()).toEqual([
    '127.0.0.1: line 1',
    '127.0.0.1: line 2',
    'localhost: line 1',
    'localhost: line 2',
  ]);
});

test('standard output in a pipe has no live line: its reader may write to the terminal', async () => {
  const command = [
    'sh',
    '-c',
    '"$@" | cat',
    'sh',
    ...hosts.command([...TWO, 'test', 'slow', '2', '0.3']),
  ];
  const { received } = await inTerminal(command, { env: { ...hosts.realm.env, TERM: 'xterm' } });
  expect(received).not.toMatch(LIVE);
  expect(expectClean(received)).toContain('localhost: line 2');
});

test('--group and --json keep whole in a terminal', async () => {
  const group = await run(['--group', ...TWO, 'test', 'slow', '2', '0.3']);
  expect(expectClean(group.received).join('\n')).toMatch(/^==> localhost <==\nline 1\nline 2\n/m);
  const json = await run(['--json', ...TWO, 'test', 'slow', '2', '0.3'], { columns: 1000 });
  const objects = screenOf(json.received).filter((line) => line !== '');
  expect(objects.map((line) => JSON.parse(line)).at(-1)).toMatchObject({ type: 'summary', ran: 2 });
});

describe('Ctrl-C', () => {
  test('removes the line, says what is known, and dies by SIGINT', async () => {
    const args = ['--parallel', '2', '--hosts', 'localhost,127.0.0.1,n[01-20].invalid'];
    const { status, received } = await run([...args, 'test', 'slow', '100', '0.1'], {
      press: { after: 'line 2', keys: '\u0003' },
    });
    expect(status).toBe(-2);
    const text = expectClean(received).join('\n');
    expect(text).toMatch(
      /^unknown: it may have run: ended by SIGINT \(2\): 127\.0\.0\.1,localhost$/m,
    );
    expect(text).toMatch(/^not begun \(20\): n\[01-20\]\.invalid$/m);
  });
});
