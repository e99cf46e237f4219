/** The fleet report: results, reasons of failures, the exit status. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRealm } from '@remctl/realm';
import { startTestRealm } from '@remctl/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { held } from './support/held.js';
import { inExamples, startInTestRealm, startProgram } from './support/program.js';

const startRealmOfFleet = () =>
  startTestRealm({
    commands: [
      {
        command: 'service',
        subcommand: 'status',
        access: ['ANYUSER'],
        run: ({ command }) => `${command[2]} is "up"\u001b[31m, and runs\nsince Monday\n`,
      },
      { command: 'service', subcommand: 'broken', access: ['ANYUSER'], run: () => 3 },
      { command: 'service', subcommand: 'denied', access: [], run: () => 0 },
      { command: 'service', subcommand: 'silent', access: ['ANYUSER'], run: () => held().until },
    ],
  });

let realm: Awaited<ReturnType<typeof startRealmOfFleet>>;
beforeAll(async () => {
  realm = await startRealmOfFleet();
});
afterAll(() => realm.dispose());

/** Starts the report on hosts; all lead to the realm's server, or to no server. */
function startReport(hosts: readonly string[], ...args: readonly string[]) {
  const file = join(realm.folder, 'hosts.txt');
  writeFileSync(file, `# the fleet\n${hosts.join('\n')}\n`);
  const target = ['--port', String(realm.port), '--principal', realm.principal];
  const program = ['fleet-report/fleet-report.mjs', '--hosts', file, ...target, ...args];
  return startProgram(program, realm.env);
}

test('a table says what each host did, and which failed alike', async () => {
  const hosts = ['localhost', '127.0.0.8', '127.0.0.9', '127.0.0.1', 'nowhere.invalid'];
  const { status, stdout, stderr } = await startReport(hosts, 'service', 'status', 'web').ended;
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  const seconds = stdout.replaceAll(/ \d+\.\d /g, ' SECONDS ').replaceAll(/ +/g, ' ');
  expect(seconds).toMatch(
    /^HOST RESULT SECONDS\nlocalhost ok SECONDS web is "up"\?\[31m, and runs\n127.0.0.8 ECONNREFUSED \(connect\) SECONDS cannot connect to 127.0.0.8 .*\n127.0.0.9 ECONNREFUSED \(connect\) SECONDS cannot connect to 127.0.0.9 .*\n127.0.0.1 ok SECONDS web is "up"\?\[31m, and runs\nnowhere.invalid (ENOTFOUND|EAI_AGAIN) \(resolve\) SECONDS unknown host nowhere.invalid.*\n\n2 of 5 hosts are well\nECONNREFUSED \(connect\): 127.0.0.\[8-9\]\n(ENOTFOUND|EAI_AGAIN) \(resolve\): nowhere.invalid\n$/,
  );
});

test('JSON and CSV have the whole output', async () => {
  const run = (format: string) =>
    startReport(['localhost'], '--format', format, 'service', 'status', 'web').ended;
  const [json, csv] = await Promise.all([run('json'), run('csv')]);
  expect([json.status, csv.status]).toEqual([0, 0]);
  expect(JSON.parse(json.stdout)).toMatchObject([
    {
      host: 'localhost',
      commandState: 'finished',
      status: 0,
      attempts: 1,
      stdout: 'web is "up"\u001b[31m, and runs\nsince Monday\n',
    },
  ]);
  const [head, ...rows] = csv.stdout.split('\r\n');
  expect(head).toBe('host,reason,commandState,status,seconds,attempts,message,stdout,stderr');
  expect(rows).toEqual([
    expect.stringMatching(
      /^localhost,,finished,0,[\d.]+,1,,"web is ""up"".\[31m, and runs\nsince Monday\n",$/s,
    ),
    '',
  ]);
});

test.each([
  ['broken', 'status 3'],
  ['denied', 'ERROR_ACCESS'],
])('service %s fails with %s', async (subcommand, reason) => {
  const { status, stdout } = await startReport(['localhost'], 'service', subcommand).ended;
  expect(status).toBe(1);
  expect(stdout).toContain(`\n0 of 1 hosts are well\n${reason}: localhost\n`);
});

test('Ctrl-C reports what is known by then', async () => {
  const hosts = ['localhost', '127.0.0.1'];
  const report = startReport(hosts, '--parallel', '1', 'service', 'silent');
  while (realm.server.connections === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  report.kill('SIGINT');
  const { status, stdout, stderr } = await report.ended;
  expect({ status, stderr }).toEqual({ status: 130, stderr: '' });
  expect(stdout).toMatch(/^localhost +interrupted(, may have run)? /m);
  expect(stdout).toMatch(/^127\.0\.0\.1 +not begun$/m);
});

test.each([
  [[], 'a command is needed'],
  [['--format', 'xml', 'true'], 'there is no format xml'],
  [['--parallel', 'x', 'true'], 'parallel'],
  [['--host', 'x', 'true'], "Unknown option '--host'"],
])('%j is a wrong use', async (args, message) => {
  const { status, stdout, stderr } = await startReport(['localhost'], ...args).ended;
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('real remctlds are reported alike', async () => {
  await using site = await startRealm();
  writeFileSync(join(site.folder, 'hosts.txt'), 'localhost\n');
  const { status, stdout } = await startProgram(
    [
      'fleet-report/fleet-report.mjs',
      ...['--hosts', join(site.folder, 'hosts.txt'), '--port', String(site.port)],
      ...['--format', 'json', 'test', 'whoami'],
    ],
    site.env,
  ).ended;
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ stdout: `${site.principals.client}\n` }]);
});

test('the README: the report in a realm of its own', async () => {
  const report = [process.execPath, inExamples('fleet-report/fleet-report.mjs')];
  const script =
    '"$@" --port $REMCTL_TEST_PORT --principal $REMCTL_TEST_PRINCIPAL service status web';
  const command = [
    'sh',
    '-c',
    script,
    'sh',
    ...report,
    '--hosts',
    inExamples('fleet-report/hosts.txt'),
  ];
  const trial = startInTestRealm('fleet-report/commands', undefined, command, {});
  const { status, stdout } = await trial.ended;
  expect(status).toBe(1);
  expect(stdout).toContain('2 of 3 hosts are well\nECONNREFUSED (connect): 127.0.0.9\n');
});
