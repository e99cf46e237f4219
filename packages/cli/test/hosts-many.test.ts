/** 2,000 hosts from one process with few descriptors, broken ones among them. */
import { createServer, type Server } from 'node:net';
import { startForwardingProxy, withHosts } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostsRealm, startHostsRealm } from './hosts-realm.js';
import { runProgram } from './run-program.js';

const COUNT = 2000;
/** One host in so many is broken in each of the ways below. */
const ONE_IN = 200;
const BROKEN = COUNT / ONE_IN;
const OUTPUT = 1000;
/** Kilobytes of resident memory that a run may have. */
const MAX_MEMORY = 250 * 1024;
/** Bytes of output that show if they are kept. */
const LARGE_OUTPUT = 150_000_000;

/** Runs a command, then writes its highest resident memory in KB as the last line of standard error. */
const MEASURE = `
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
`;

let hosts: HostsRealm;
let silent: Server;

beforeAll(async () => {
  hosts = await startHostsRealm();
});

afterAll(async () => {
  silent?.close();
  await hosts[Symbol.asyncDispose]();
});

const name = (number: number) => `web${String(number).padStart(4, '0')}`;

/** Returns the address that a host's name has; undefined for a name that nobody knows. */
function addressOf(number: number): string | undefined {
  switch (number % ONE_IN) {
    case 1:
      return '127.0.0.9';
    case 2:
      return '127.0.0.8';
    case 3:
      return '127.0.0.7';
    case 4:
      return undefined;
    default:
      return '127.0.0.1';
  }
}

test('each host is counted, with few descriptors and little memory', {
  timeout: 180_000,
}, async () => {
  const { realm } = hosts;
  silent = createServer((socket) => {
    socket.on('error', () => undefined).resume();
  });
  await new Promise<void>((resolve) => silent.listen(realm.port, '127.0.0.8', resolve));
  const denying = await realm.startRemctld({
    config: realm.config.replaceAll('ANYUSER', `princ:nobody@${realm.name}`),
  });
  await using _ = await startForwardingProxy(denying.port, { host: '127.0.0.7', port: realm.port });

  const names = Array.from({ length: COUNT }, (_each, index) => index + 1);
  const lines = names.flatMap((number) => {
    const address = addressOf(number);
    return address === undefined ? [] : [`${address} ${name(number)}`];
  });
  const options = ['--timeout', '10', '--hosts', `web[0001-${COUNT}]`];
  const limited = ['sh', '-c', 'ulimit -n 256; exec "$@"', 'sh'];
  const command = [...limited, ...hosts.command([...options, 'test', 'output', String(OUTPUT)])];
  const [program = '', ...args] = withHosts(realm.folder, lines, [
    ...['python3', '-c', MEASURE],
    ...command,
  ]);
  const { status, stdout, stderr } = await runProgram(program, args, realm.env).ended;

  expect(status).toBe(1);
  const said = stderr.toString().trimEnd().split('\n');
  const head = said.findIndex((line) => /not begun +time$/.test(line));
  const ran = COUNT - 4 * BROKEN;
  expect(said[head + 1]).toMatch(new RegExp(`^ *${ran} +${BROKEN} +${3 * BROKEN} +0 +0 +`));
  const reasons = said.slice(head + 2, -1);
  const folded = (rest: number) =>
    `web[${names
      .filter((number) => number % ONE_IN === rest)
      .map((number) => name(number).slice(3))
      .join(',')}]`;
  expect(reasons.sort()).toEqual([
    `failed: Access denied (${BROKEN}): ${folded(3)}`,
    expect.stringMatching(
      /^not sent: cannot connect to HOST \(port \d+\): Connection refused \(10\): web\[0001,0201,/,
    ),
    expect.stringMatching(
      /^not sent: error receiving token: timed out: .* \(10\): web\[0002,0202,/,
    ),
    expect.stringMatching(/^not sent: unknown host HOST: .* \(10\): web\[0004,0204,/),
  ]);
  const printed = stdout.toString('latin1').trimEnd().split('\n');
  expect(printed).toHaveLength(ran);
  expect(new Set(printed.map((line) => line.slice(0, name(1).length))).size).toBe(ran);
  expect(printed.every((line) => line.length === OUTPUT + 'web0001: '.length)).toBe(true);
  expect(Number(said.at(-1))).toBeLessThan(MAX_MEMORY);
});

test('output is not kept: hosts that print much need no more memory', {
  timeout: 180_000,
}, async () => {
  const args = ['--hosts', 'localhost,127.0.0.1', 'test', 'output', String(LARGE_OUTPUT)];
  const script = '"$@" >/dev/null';
  const [program, ...rest] = ['python3', '-c', MEASURE, 'sh', '-c', script, 'sh'] as const;
  const measured = [...rest, ...hosts.command(args)];
  const { status, stderr } = await runProgram(program, measured, hosts.realm.env).ended;
  expect(status).toBe(0);
  expect(Number(stderr.toString().trimEnd().split('\n').at(-1))).toBeLessThan(MAX_MEMORY);
});
