/** One command on several hosts: what is printed, and the exit status. */
import { freePort, startSilentServer } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostsRealm, realmFile, startHostsRealm } from './hosts-realm.js';

let hosts: HostsRealm;

beforeAll(async () => {
  hosts = await startHostsRealm();
});

afterAll(() => hosts[Symbol.asyncDispose]());

/** The table's counts, and the lines after it. */
function summaryOf(stderr: string) {
  const lines = stderr.trimEnd().split('\n');
  const head = lines.findIndex((line) => line.includes('not begun'));
  const [ran, failed, notSent, unknown, notBegun] = (lines[head + 1] ?? '')
    .trim()
    .split(/\s+/)
    .map(Number);
  return {
    counts: { ran, failed, notSent, unknown, notBegun },
    reasons: lines.slice(head + 2),
    before: lines.slice(0, head),
  };
}

const sorted = (text: string) => text.trimEnd().split('\n').sort();

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  const run = (...args: string[]) => hosts.run(args, { REMCTL_BACKEND });

  test('each line has its host before it, on its own stream; status 0 if all ran', async () => {
    const { status, stdout, stderr } = await run(
      '--hosts',
      'localhost,127.0.0.1',
      'test',
      'streams',
    );
    expect(sorted(stdout)).toEqual([
      '127.0.0.1: out 1',
      '127.0.0.1: out 2',
      'localhost: out 1',
      'localhost: out 2',
    ]);
    const { before, counts, reasons } = summaryOf(stderr);
    expect(before.sort()).toEqual([
      '127.0.0.1: err 1',
      '127.0.0.1: err 2',
      'localhost: err 1',
      'localhost: err 2',
    ]);
    expect(counts).toEqual({ ran: 2, failed: 0, notSent: 0, unknown: 0, notBegun: 0 });
    expect(reasons).toEqual([]);
    expect(status).toBe(0);
  });

  test('one host that fails gives status 1: by its status, by the server, by the network', async () => {
    const status = await run('--hosts', 'localhost,127.0.0.1', 'test', 'status', '7');
    expect(status.status).toBe(1);
    expect(summaryOf(status.stderr)).toMatchObject({
      before: expect.arrayContaining(['localhost: remctl: exit status 7']),
      counts: { ran: 0, failed: 2 },
      reasons: [expect.stringMatching(/^failed: exit status 7 \(2\): /)],
    });

    const denied = await run('--hosts', 'localhost', 'test', 'denied');
    expect(denied.status).toBe(1);
    expect(summaryOf(denied.stderr)).toMatchObject({
      before: ['localhost: remctl: Access denied'],
      counts: { ran: 0, failed: 1 },
      reasons: ['failed: Access denied (1): localhost'],
    });

    const unknown = await run('--hosts', 'localhost,no[1-3].invalid', 'true', 'x');
    expect(unknown.status).toBe(1);
    expect(summaryOf(unknown.stderr)).toMatchObject({
      counts: { ran: 1, notSent: 3 },
      reasons: [
        expect.stringMatching(/^not sent: unknown host HOST: .* \(3\): no\[1-3\]\.invalid$/),
      ],
    });
  });

  test('a silent host is unknown or not sent, never failed, and the others go on', async () => {
    await using silent = await startSilentServer();
    const args = ['-p', String(silent.port), '--timeout', '0.5'];
    const { status, stderr } = await run(...args, '--hosts', '127.0.0.1', 'true', 'x');
    expect(status).toBe(1);
    expect(summaryOf(stderr)).toMatchObject({ counts: { ran: 0, failed: 0, notSent: 1 } });

    const slow = await run('--timeout', '0.5', '--hosts', 'localhost', 'test', 'sleep', '5');
    expect(summaryOf(slow.stderr)).toMatchObject({
      counts: { unknown: 1 },
      reasons: [
        expect.stringMatching(/^unknown: it may have run: .*timed out.* \(1\): localhost$/),
      ],
    });
  });

  test('--json has an object a line: output, ends, and a summary last', async () => {
    const args = [
      '--json',
      '--hosts',
      'localhost,no.invalid',
      'test',
      'trace',
      `j${REMCTL_BACKEND}`,
    ];
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      objects.find(({ host, type }) => host === 'localhost' && type === 'output'),
    ).toMatchObject({
      stream: expect.stringMatching(/^std/),
    });
    expect(objects.find(({ type }) => type === 'status')).toMatchObject({
      host: 'localhost',
      status: 0,
      attempts: 1,
    });
    expect(objects.find(({ type }) => type === 'error')).toMatchObject({
      host: 'no.invalid',
      class: 'RemctlNetworkError',
      commandState: 'not-sent',
    });
    expect(objects.at(-1)).toMatchObject({
      type: 'summary',
      ran: 1,
      failed: 0,
      notSent: 1,
      unknown: 0,
      notBegun: 0,
    });
  });
});

const run = (...args: string[]) => hosts.run(args);

describe('output', () => {
  test('bytes pass unchanged inside a line, and a last line is ended', async () => {
    const bytes = Buffer.from([0x00, 0xff, 0x1b, 0x0d, 0xc3, 0xa9, 0x0a, 0x61]);
    const file = realmFile(hosts, 'bytes', bytes);
    const { stdout } = await run(
      '--arg-file',
      `2=${file}`,
      '--hosts',
      'localhost',
      'test',
      'stdin',
    );
    expect(stdout).toBe('localhost: \x00\xff\x1b\r\xc3\xa9\nlocalhost: a\n');
  });

  test('a line without an end is printed in pieces of 1 MiB', async () => {
    const length = 2.5 * 1024 * 1024;
    const { stdout } = await run('--hosts', 'localhost', 'test', 'output', String(length));
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.length - 'localhost: '.length)).toEqual([
      1024 * 1024,
      1024 * 1024,
      512 * 1024,
    ]);
    const whole = lines.map((line) => line.slice('localhost: '.length)).join('');
    expect(whole).toBe('abcdefghijklmnopqrstuvwxyz'.repeat(length / 26 + 1).slice(0, length));
  });

  test('a slow command shows each line at once', async () => {
    const [program = '', ...args] = hosts.command([
      '--hosts',
      'localhost',
      'test',
      'slow',
      '2',
      '3',
    ]);
    const { spawn } = await import('node:child_process');
    const child = spawn(program, args, { env: hosts.realm.env });
    const first = await new Promise((resolve) => {
      child.stdout.once('data', (data) => resolve(String(data)));
      child.once('close', () => resolve('it ended first'));
    });
    expect(first).toBe('localhost: line 1\n');
    child.kill('SIGKILL');
  });

  test('--group prints each host whole, under a header on each stream', async () => {
    const { stdout, stderr } = await run(
      '--group',
      ...['--hosts', 'localhost,127.0.0.1', 'test', 'streams'],
    );
    const whole = (host: string, name: string) => `==> ${host} <==\n${name} 1\n${name} 2\n`;
    for (const host of ['localhost', '127.0.0.1']) {
      expect(stdout).toContain(whole(host, 'out'));
      expect(stderr).toContain(whole(host, 'err'));
    }
    const unended = await run('--group', '--hosts', 'localhost,127.0.0.1', 'test', 'output', '3');
    expect(sorted(unended.stdout)).toEqual([
      '==> 127.0.0.1 <==',
      '==> localhost <==',
      'abc',
      'abc',
    ]);
  });

  test('--group has one header where both streams are one file', async () => {
    const [program = '', ...args] = hosts.command([
      '--group',
      '--hosts',
      'localhost',
      'test',
      'streams',
    ]);
    const { execFileSync } = await import('node:child_process');
    const text = execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', program, ...args], {
      env: hosts.realm.env,
      encoding: 'utf8',
    });
    expect(text).toMatch(/^==> localhost <==\nout 1\nout 2\nerr 1\nerr 2\n *ran/);
  });

  test('--json --group has the whole output in the end of a host', async () => {
    const { stdout } = await run('--json', '--group', '--hosts', 'localhost', 'test', 'streams');
    const [end, summary] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(end).toMatchObject({
      type: 'status',
      status: 0,
      stdout: { data: 'out 1\nout 2\n' },
      stderr: { data: 'err 1\nerr 2\n' },
    });
    expect(summary).toMatchObject({ type: 'summary', ran: 1 });
  });

  test('there are no colours and no live line in a pipe; FORCE_COLOR asks for colours, NO_COLOR wins', async () => {
    const args = ['--hosts', 'localhost', 'test', 'status', '3'];
    expect((await hosts.run(args)).stderr).not.toContain('\u001b');
    expect((await hosts.run(args, { FORCE_COLOR: '1' })).stderr).toContain('\u001b[31m');
    expect((await hosts.run(args, { FORCE_COLOR: '1', NO_COLOR: '1' })).stderr).not.toContain(
      '\u001b',
    );
  });

  test("the command's arguments set no colours", async () => {
    const { stdout } = await run('--hosts', 'localhost', 'echo', '--color', '--no-color');
    expect(stdout).toBe('localhost: --color --no-color\n');
  });
});

describe('which hosts', () => {
  test('--hosts and --hosts-file add up; a host that is named again runs once', async () => {
    const file = realmFile(hosts, 'list', '# ours\n127.0.0.1 # the first\n\nLOCALHOST\n');
    const { status, stdout, stderr } = await run(
      ...['--hosts', 'localhost', '--hosts-file', file, '--hosts', '127.0.0.[1-1]'],
      ...['test', 'tally', 'once'],
    );
    expect(status).toBe(0);
    expect(sorted(stdout)).toEqual(['127.0.0.1: counted', 'localhost: counted']);
    expect(stderr).toMatch(/^remctl: named more than once, run once: 127\.0\.0\.1,LOCALHOST\n/);
    expect(hosts.realm.tally('once')).toBe(2);
  });

  test('--hosts-file - reads standard input', async () => {
    const { status, stdout } = await hosts.run(
      ['--hosts-file', '-', 'echo', 'x'],
      {},
      'localhost\n127.0.0.1\n',
    );
    expect(status).toBe(0);
    expect(sorted(stdout)).toEqual(['127.0.0.1: x', 'localhost: x']);
  });

  test.each([
    [
      'a file that is not there',
      ['--hosts-file', '/nowhere/hosts'],
      /cannot take hosts from \/nowhere\/hosts: .*ENOENT/,
    ],
    ['a list without a host', ['--hosts-file', '/dev/null'], /no host is named/],
    ['a wrong range', ['--hosts', 'localhost,web[3-1]'], /web\[3-1\]/],
    ['standard input twice', ['--hosts-file', '-', '--stdin'], /standard input/],
  ])('%s is an error, and nothing runs', async (_, args, message) => {
    const { status, stdout, stderr } = await run(...args, 'test', 'tally', 'nothing');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^remctl: /);
    expect(hosts.realm.tally('nothing')).toBe(0);
  });

  test('a wrong list is an object with --json', async () => {
    const { status, stdout } = await run('--json', '--hosts', 'web[3-1]', 'true', 'x');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', commandState: 'not-sent' });
  });

  test('a host that is no name is shown without control characters', async () => {
    const file = realmFile(hosts, 'evil', 'evil\u001b]0;owned\u0007\n');
    const { status, stderr } = await run('--hosts-file', file, 'true', 'x');
    expect(status).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stderr).not.toMatch(/[\u0007\u001b]/);
  });

  test('an unknown backend is said once', async () => {
    const { status, stderr } = await run('--backend', 'quick', '--hosts', 'a,b', 'true', 'x');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^remctl: .*"quick"; known are pure, native\n$/);
  });
});

describe('how', () => {
  test('--fail-fast begins no further host, and names those', async () => {
    const { status, stderr } = await run(
      ...['--parallel', '1', '--fail-fast', '--hosts', 'localhost,n[1-9].invalid'],
      ...['test', 'status', '1'],
    );
    expect(status).toBe(1);
    expect(summaryOf(stderr)).toMatchObject({
      counts: { ran: 0, failed: 1, notSent: 0, unknown: 0, notBegun: 9 },
      reasons: ['failed: exit status 1 (1): localhost', 'not begun (9): n[1-9].invalid'],
    });
  });

  test('--retry-unsent tries a host again while nothing was sent', async () => {
    const port = String(await freePort());
    const { stdout } = await run(
      ...['-p', port, '--json', '--retry-unsent', '2', '--hosts', '127.0.0.1', 'true', 'x'],
    );
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      attempts: 3,
      commandState: 'not-sent',
      codeName: 'ECONNREFUSED',
    });
  });

  test('--stdin gives each host the same last argument', async () => {
    const args = ['--stdin', '--hosts', 'localhost,127.0.0.1', 'test', 'stdin'];
    const { stdout } = await hosts.run(args, {}, 'one\ntwo\n');
    expect(sorted(stdout)).toEqual([
      '127.0.0.1: one',
      '127.0.0.1: two',
      'localhost: one',
      'localhost: two',
    ]);
  });

  test('-d says which host begins and ends, and shows no argument and no output', async () => {
    const { stderr } = await run('-d', '--hosts', 'localhost', 'echo', 'secret');
    expect(stderr).toMatch(/remctl: localhost: begun\n/);
    expect(stderr).toMatch(/remctl: localhost: ran, exit status 0, attempts: 1, /);
    expect(stderr).not.toContain('secret');
  });
});
