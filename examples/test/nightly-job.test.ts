/** The nightly job: exit statuses, a container's conditions, manifests. */
import { chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRealm } from '@remctl/realm';
import { startTestRealm } from '@remctl/testing';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { held } from './support/held.js';
import { inExamples, startCommand, startInTestRealm, startProgram } from './support/program.js';

/** The user of the container, whom no password file knows. */
const USER = 65532;
const isRoot = process.getuid?.() === 0;
const REPOSITORY = inExamples('..');

/** Times that a command was run. */
let ran = 0;
let silent = 0;
const startRealmOfJob = () =>
  startTestRealm({
    commands: [
      {
        command: 'account',
        subcommand: 'expire',
        access: ['ANYUSER'],
        run: ({ principal }) => {
          ran += 1;
          return `expired for ${principal}\n`;
        },
      },
      { command: 'account', subcommand: 'broken', access: ['ANYUSER'], run: () => 3 },
      { command: 'account', subcommand: 'denied', access: [], run: () => 0 },
      {
        command: 'account',
        subcommand: 'silent',
        access: ['ANYUSER'],
        run: () => {
          silent += 1;
          return held().until;
        },
      },
    ],
  });
let realm: Awaited<ReturnType<typeof startRealmOfJob>>;
beforeAll(async () => {
  realm = await startRealmOfJob();
});
afterAll(() => realm.dispose());

/** The job's whole environment. */
const settings = () => ({
  KRB5_CONFIG: realm.krb5Conf,
  REMCTL_HOST: realm.host,
  REMCTL_PORT: String(realm.port),
  JOB_KEYTAB: realm.users.alice.keytab,
  JOB_PRINCIPAL: 'alice',
  TRIES: '3',
  PAUSE: '0.1',
});

const start = (command: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  startProgram(['nightly-job/nightly.mjs', ...command], { ...settings(), ...env });

test('a command that ends well is 0, and its output goes on', async () => {
  expect(await start(['account', 'expire']).ended).toEqual({
    status: 0,
    stdout: 'expired for alice@REMCTL.TEST\n',
    stderr: '',
  });
});

test.each([
  ['broken', 'the command ended with status 3\n'],
  ['denied', 'finished: Access denied\n'],
])('%s is 1, and not tried again', async (subcommand, stderr) => {
  const ended = await start(['account', subcommand]).ended;
  expect(ended).toEqual({ status: 1, stdout: '', stderr });
});

test('a command without an answer is 70, and not tried again', async () => {
  const { status, stderr } = await start(['account', 'silent'], { TIMEOUT: '0.3' }).ended;
  expect(status).toBe(70);
  expect(stderr).toMatch(/^unknown: error receiving token: timed out.*\n$/);
});

test('SIGTERM in the command is 70', async () => {
  silent = 0;
  const job = start(['account', 'silent']);
  while (silent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  job.kill('SIGTERM');
  expect(await job.ended).toEqual({ status: 70, stdout: '', stderr: 'unknown: stopped\n' });
});

test('SIGTERM in a pause is 75 at once', async () => {
  await realm.server.stop();
  onTestFinished(() => realm.server.start());
  const job = start(['account', 'expire'], { PAUSE: '3600' });
  while (!job.stderr.includes('trying again')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  job.kill('SIGTERM');
  expect(await job.ended).toMatchObject({ status: 75 });
});

test('a server that is down is tried again, and 75 at the end', async () => {
  await realm.server.stop();
  onTestFinished(() => realm.server.start());
  const { status, stderr } = await start(['account', 'expire']).ended;
  expect(status).toBe(75);
  expect(stderr.match(/^not-sent: cannot connect/gm)).toHaveLength(3);
});

test('a KDC that comes up again gets the command run, once', async () => {
  await realm.kdc.stop();
  ran = 0;
  const job = start(['account', 'expire'], { TRIES: '100', TIMEOUT: '1' });
  while (!job.stderr.includes('trying again')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await realm.kdc.start();
  expect((await job.ended).status).toBe(0);
  expect(ran).toBe(1);
});

test.each([
  [[], {}, 'give the command as arguments'],
  [['x'], { REMCTL_HOST: undefined }, 'REMCTL_HOST'],
  [['x'], { JOB_PRINCIPAL: undefined }, 'JOB_PRINCIPAL is missing'],
  [['x'], { JOB_KEYTAB: '/nowhere/keytab' }, '/nowhere/keytab'],
  [['x'], { TIMEOUT: 'soon' }, 'TIMEOUT must be a number above 0, not soon'],
  [['x'], { REMCTL_PORT: '70000' }, 'port must be'],
])('%j with %j is 78', async (command, env, message) => {
  const { status, stderr } = await start(command, env).ended;
  expect({ status, stderr }).toEqual({ status: 78, stderr: expect.stringContaining(message) });
});

/** Where the container has the repository: in its own place only root may be able to read it. */
const CODE = isRoot ? '/mnt' : REPOSITORY;

/** Becomes another program as that user, where nothing can be written. The first argument is the repository. */
const CONTAINER = `mount --bind "$1" ${CODE} && mount -o remount,bind,ro ${CODE} && mount -o remount,bind,ro / && shift &&
exec setpriv --reuid ${USER} --regid ${USER} --clear-groups --bounding-set=-all --no-new-privs "$@"`;

/** Returns the command that runs the job as a container does: this environment alone, no root, no writing. */
function inContainer(env: Readonly<Record<string, string>>, command: readonly string[]): string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const job = ['env', '-i', ...variables, ...command];
  return isRoot ? ['unshare', '--mount', 'sh', '-c', CONTAINER, 'sh', REPOSITORY, ...job] : job;
}

test.each([
  ['JOB_KEYTAB', { JOB_PRINCIPAL: 'alice' }],
  ['KRB5_CLIENT_KTNAME', {}],
])('in a container, on a real KDC and remctld, with the keytab in %s', async (variable, more) => {
  await using site = await startRealm();
  const mounted = mkdtempSync(join(tmpdir(), 'remctl-nightly-'));
  onTestFinished(() => rmSync(mounted, { recursive: true }));
  const mount = (from: string, name: string) => {
    const path = join(mounted, name);
    copyFileSync(from, path);
    return path;
  };
  const krb5Conf = mount(site.krb5Conf, 'krb5.conf');
  const keytab = mount(site.keytabs.client, 'nightly.keytab');
  if (isRoot) {
    for (const path of [mounted, krb5Conf, keytab]) {
      chownSync(path, USER, USER);
    }
  }
  const env = {
    KRB5_CONFIG: krb5Conf,
    REMCTL_HOST: site.host,
    REMCTL_PORT: String(site.port),
    [variable]: keytab,
    ...more,
  };
  const program = join(CODE, 'examples/nightly-job/nightly.mjs');
  const job = [process.execPath, program, 'test', 'whoami'];
  expect(await startCommand(inContainer(env, job), process.env).ended).toEqual({
    status: 0,
    stdout: `${site.principals.client}\n`,
    stderr: '',
  });
});

test.runIf(isRoot)('the container of these tests has no root and cannot write', async () => {
  const script = `id -u; id -G; echo > /file || echo > ${CODE}/file || echo > ~/file || echo refused`;
  const { stdout } = await startCommand(
    inContainer({ PATH: '/usr/bin:/bin', HOME: '/home' }, ['sh', '-c', script]),
    process.env,
  ).ended;
  expect(stdout).toBe(`${USER}\n${USER}\nrefused\n`);
});

const textOf = (name: string) => readFileSync(inExamples(`nightly-job/${name}`), 'utf8');

test('the Dockerfile is without fault, ends as a user who is not root, and copies no secret', () => {
  const dockerfile = textOf('Dockerfile');
  expect(validate(dockerfile)).toEqual([]);
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  expect(last).toMatch(new RegExp(`^USER ${USER}:${USER}$`, 'm'));
  expect(last).toMatch(/^ENTRYPOINT \["node", /m);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  );
  expect(copied).toEqual(['package.json', 'package-lock.json', 'nightly.mjs', 'settings.mjs']);
});

test('only the status for "nothing was sent" is tried again, by Kubernetes and by systemd', () => {
  const { spec } = parse(textOf('cronjob.yaml')).spec.jobTemplate;
  expect(spec.podFailurePolicy.rules).toContainEqual({
    action: 'FailJob',
    onExitCodes: { operator: 'NotIn', values: [0, 75] },
  });
  expect(spec.template.spec.restartPolicy).toBe('Never');
  expect(spec.template.spec.securityContext.runAsUser).toBe(USER);
  const unit = textOf('nightly.service');
  expect(unit).toMatch(/^RestartForceExitStatus=75$/m);
  expect(unit).not.toMatch(/^Restart=/m);
});

test('the README: the job in a realm of its own', async () => {
  const script = 'REMCTL_HOST=localhost REMCTL_PORT=$REMCTL_TEST_PORT exec "$@"';
  const job = [process.execPath, inExamples('nightly-job/nightly.mjs'), 'account', 'expire'];
  const trial = startInTestRealm(
    'nightly-job/commands',
    undefined,
    ['sh', '-c', script, 'sh', ...job],
    {},
  );
  expect(await trial.ended).toMatchObject({
    status: 0,
    stdout: 'expired 3 accounts for alice@REMCTL.TEST\n',
  });
});
