/** Several hosts, ended by a signal or because the reader has gone: what is known is said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostsRealm, startHostsRealm } from './hosts-realm.js';

let hosts: HostsRealm;

beforeAll(async () => {
  hosts = await startHostsRealm();
});

afterAll(() => hosts[Symbol.asyncDispose]());

interface Ending {
  readonly signal: NodeJS.Signals | null;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `remctl`, calls `act` at its first output, and returns its end. */
async function endedBy(
  backend: string,
  args: readonly string[],
  act: (child: ReturnType<typeof spawn>) => void,
): Promise<Ending> {
  const [program = '', ...rest] = hosts.command(args);
  const child = spawn(program, rest, {
    env: { ...hosts.realm.env, REMCTL_BACKEND: backend },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.once('data', () => act(child));
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [status, signal] = await once(child, 'close');
  return { status, signal, stdout, stderr };
}

/** Begins with a host that ends, a host that writes and then sleeps, and hosts that wait. */
const LONG = [
  '--parallel',
  '1',
  '--hosts',
  'localhost,n[1-9].invalid',
  'test',
  'slow',
  '100',
  '0.2',
];

describe.each(['pure', 'native'])('%s', (backend) => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', async (name) => {
    const { signal, stderr } = await endedBy(backend, LONG, (child) => child.kill(name));
    expect(signal).toBe(name);
    const [said, head, counts, ...groups] = stderr.trimEnd().split('\n');
    expect(said).toBe(`remctl: ended by ${name}`);
    expect(head).toMatch(/not begun +time$/);
    expect(counts).toMatch(/^ *0 +0 +0 +1 +9 /);
    expect(groups).toEqual([
      `unknown: it may have run: ended by ${name} (1): localhost`,
      'not begun (9): n[1-9].invalid',
    ]);
  });

  test('hosts that have finished are named too', async () => {
    const args = ['--parallel', '2', '--hosts', 'no.invalid,localhost,127.0.0.1', ...LONG.slice(4)];
    const { stderr } = await endedBy(backend, args, (child) => child.kill('SIGINT'));
    expect(stderr).toMatch(/^not sent: unknown host HOST: .*no\.invalid$/m);
    expect(stderr).toMatch(/^unknown: it may have run: ended by SIGINT \([12]\): /m);
  });

  test('with --json each host has its object, and the summary names the signal', async () => {
    const { signal, stdout } = await endedBy(backend, ['--json', ...LONG], (child) =>
      child.kill('SIGINT'),
    );
    expect(signal).toBe('SIGINT');
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.find(({ type }) => type === 'error')).toMatchObject({
      host: 'localhost',
      commandState: 'unknown',
    });
    expect(objects.filter(({ type }) => type === 'not-begun')).toHaveLength(9);
    expect(objects.at(-1)).toMatchObject({
      type: 'summary',
      unknown: 1,
      notBegun: 9,
      signal: 'SIGINT',
    });
  });

  test('a reader that has gone ends it as by SIGPIPE, and standard error says what is unknown', async () => {
    const { signal, stderr } = await endedBy(backend, LONG, (child) => child.stdout?.destroy());
    expect(signal).toBe('SIGPIPE');
    expect(stderr).toMatch(/^remctl: the reader of the output has gone\n/);
    expect(stderr).toMatch(/^unknown: it may have run: .* \(1\): localhost$/m);
    expect(stderr).toMatch(/^not begun \(9\): n\[1-9\]\.invalid$/m);
  });

  test('a signal ends it also if the reader reads nothing', async () => {
    const args = ['--hosts', 'localhost,127.0.0.1', 'test', 'output', '10000000'];
    const { signal, stderr } = await endedBy(backend, args, (child) => {
      child.stdout?.pause();
      setTimeout(() => child.kill('SIGTERM'), 500);
      child.once('exit', () => child.stdout?.resume());
    });
    expect(signal).toBe('SIGTERM');
    expect(stderr).toMatch(/^unknown: it may have run: ended by SIGTERM \(2\): /m);
  });
});

test('a second signal kills at once, without further words', async () => {
  const { signal } = await endedBy('pure', LONG, (child) => {
    child.kill('SIGINT');
    child.kill('SIGTERM');
  });
  expect(['SIGINT', 'SIGTERM']).toContain(signal);
});

test('standard output without room is a failure that is named, with status 1', async () => {
  const [program = '', ...rest] = hosts.command(LONG);
  const child = spawn('sh', ['-c', '"$@" >/dev/full', 'sh', program, ...rest], {
    env: hosts.realm.env,
  });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [status] = await once(child, 'close');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^remctl: cannot write to standard output: no space left on device\n/i);
  expect(stderr).toMatch(/^unknown: it may have run: .* \(1\): localhost$/m);
});
