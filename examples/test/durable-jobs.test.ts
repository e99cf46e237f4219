/** Durable jobs: a command runs once at most, whoever dies. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRealm } from '@remctl/realm';
import { startTestRealm } from '@remctl/testing';
import type { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addJob, type CommandJob, type JobResult, openQueue } from '../durable-jobs/job.mjs';
import { held } from './support/held.js';
import { inExamples, startInTestRealm, startProgram } from './support/program.js';
import { type RedisServer, startRedis } from './support/redis-server.js';

/** Milliseconds without a sign of life after which the tests' workers take over. */
const LOST_AFTER_MS = 500;
const POLL_MS = 50;
/** Milliseconds that the command `account work` takes. */
const WORK_MS = 100;
/** Jobs of the test that kills workers, and the numbers of begun commands after which it kills. */
const MANY_JOBS = 100;
const KILLS = [10, 25, 40, 55, 70];

/** What each command of the server did: the ids of its runs. */
let ledger: string[];
let hold: ReturnType<typeof held>;
let redis: RedisServer;
let queue: ReturnType<typeof openQueue>;
let client: Redis;
let realm: Awaited<ReturnType<typeof startServers>>;

const startServers = (untilReleased: Promise<void>) =>
  startTestRealm({
    commands: [
      {
        command: 'account',
        subcommand: 'create',
        access: ['ANYUSER'],
        run({ command }) {
          ledger.push(String(command[2]));
          return `created ${command[2]}${command[3] === undefined ? '' : ` with ${command[3]}`}\n`;
        },
      },
      {
        command: 'account',
        subcommand: 'slow',
        access: ['ANYUSER'],
        async run({ command }) {
          ledger.push(String(command[2]));
          await untilReleased;
        },
      },
      {
        command: 'account',
        subcommand: 'work',
        access: ['ANYUSER'],
        async run({ command }) {
          ledger.push(String(command[2]));
          await sleep(WORK_MS);
        },
      },
      { command: 'account', subcommand: 'fail', access: ['ANYUSER'], run: () => 3 },
      { command: 'account', subcommand: 'denied', access: [], run: () => 0 },
    ],
  });

beforeEach(async () => {
  ledger = [];
  hold = held();
  [redis, realm] = await Promise.all([startRedis(), startServers(hold.until)]);
  client = new Redis(redis.url, { maxRetriesPerRequest: null });
  // A Redis that is killed is one of the cases.
  client.on('error', () => undefined);
  queue = openQueue(client);
  queue.on('error', () => undefined);
});

afterEach(async () => {
  hold.release();
  await queue.close();
  client.disconnect();
  await realm.dispose();
  await redis[Symbol.asyncDispose]();
});

const startWorker = async (env: NodeJS.ProcessEnv = realm.env) => {
  const worker = startProgram(['durable-jobs/worker.mjs'], {
    ...env,
    REDIS_URL: redis.url,
    SECRETS: join(realm.folder, 'secrets'),
    LOST_AFTER_MS: String(LOST_AFTER_MS),
  });
  await worker.writes(/^ready$/m);
  return worker;
};

/** Adds a job for the realm's server, with short pauses between its tries. */
const add = (id: string, command: CommandJob['command']) =>
  addJob(
    queue,
    id,
    { host: realm.host, port: realm.port, principal: realm.principal, command },
    { firstPauseMs: 100 },
  );

/** Waits until a job has ended, and returns it. */
async function endOf(id: string): Promise<Job<CommandJob, JobResult>> {
  for (;;) {
    const job = await queue.getJob(id);
    if (job?.finishedOn !== undefined) {
      return job;
    }
    await sleep(POLL_MS);
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await sleep(POLL_MS);
  }
}

test('a job gives the output of its command, and ends the worker in order', async () => {
  const worker = await startWorker();
  await add('order-1', ['account', 'create', 'jdoe']);
  expect((await endOf('order-1')).returnvalue.stdout).toBe('created jdoe\n');
  worker.kill('SIGTERM');
  expect(await worker.ended).toMatchObject({ status: 0, stdout: 'ready\norder-1: finished\n' });
});

test('a job that is added twice runs once', async () => {
  await add('order-1', ['account', 'create', 'jdoe']);
  await add('order-1', ['account', 'create', 'jdoe']);
  await add('order-2', ['account', 'create', 'asmith']);
  await startWorker();
  await Promise.all([endOf('order-1'), endOf('order-2')]);
  expect(ledger.sort()).toEqual(['asmith', 'jdoe']);
});

test('a server that is down gets the command once it is up', async () => {
  await realm.server.stop();
  await startWorker();
  const job = await add('order-1', ['account', 'create', 'jdoe']);
  await until(async () => ((await queue.getJob(job.id ?? ''))?.attemptsMade ?? 0) >= 2);
  expect((await queue.getJob('order-1'))?.failedReason).toMatch(/^not-sent: cannot connect/);
  await realm.server.start();
  expect((await endOf('order-1')).returnvalue.stdout).toBe('created jdoe\n');
  expect(ledger).toEqual(['jdoe']);
});

test.each([
  [['account', 'denied', 'jdoe'], 'finished: Access denied'],
  [['account', 'fail', 'jdoe'], 'finished: the command ended with status 3: '],
  [[''], 'finished: Unknown command'],
  [[{ secret: '../keytab' }], /^not-sent: argument 0 must be a text, or \{ "secret": NAME \}/],
])('%j is not tried again', async (command, reason) => {
  await startWorker();
  await add('order-1', command);
  const job = await endOf('order-1');
  expect(job.failedReason).toMatch(reason);
  expect(job.attemptsMade).toBe(1);
});

test('a connection that breaks in the command is unknown, and not tried again', async () => {
  await startWorker();
  await add('order-1', ['account', 'slow', 'jdoe']);
  await until(() => ledger.length === 1);
  await realm.server.drop();
  const job = await endOf('order-1');
  expect(job.failedReason).toMatch(/^unknown: .*unexpected end of file/);
  expect(ledger).toEqual(['jdoe']);
});

test('a worker that is killed in the command: another one does not send it again', async () => {
  const first = await startWorker();
  await add('order-1', ['account', 'slow', 'jdoe']);
  await until(() => ledger.length === 1);
  first.kill('SIGKILL');
  await first.ended;
  await startWorker();
  const job = await endOf('order-1');
  expect(job.failedReason).toMatch(/^unknown: a worker sent this command/);
  // Nor if somebody has BullMQ try it again.
  await job.retry();
  await until(async () => (await endOf('order-1')).attemptsStarted > job.attemptsStarted);
  expect((await endOf('order-1')).failedReason).toMatch(/^unknown: /);
  expect(ledger).toEqual(['jdoe']);
});

test("a worker that is stopped in the command, and goes on after its job is another one's", async () => {
  const first = await startWorker();
  await add('order-1', ['account', 'slow', 'jdoe']);
  await until(() => ledger.length === 1);
  first.kill('SIGSTOP');
  const second = await startWorker();
  expect((await endOf('order-1')).failedReason).toMatch(/^unknown: a worker sent this command/);
  second.kill('SIGKILL');
  first.kill('SIGCONT');
  hold.release();
  await add('order-2', ['account', 'create', 'asmith']);
  await endOf('order-2');
  expect((await endOf('order-1')).failedReason).toMatch(/^unknown: a worker sent this command/);
  expect(ledger).toEqual(['jdoe', 'asmith']);
});

test('a worker that is killed before the command was sent: another one sends it', async () => {
  await realm.server.stop();
  // It takes connections and says nothing: the worker waits, and has sent nothing.
  const silent = createServer();
  const opened = new Promise<void>((resolve) => {
    silent.once('connection', (socket) => {
      socket.on('error', () => undefined);
      resolve();
    });
  });
  await new Promise<void>((resolve) => silent.listen(realm.port, '127.0.0.1', resolve));
  const first = await startWorker();
  await add('order-1', ['account', 'create', 'jdoe']);
  await opened;
  first.kill('SIGKILL');
  await first.ended;
  await new Promise((resolve) => silent.close(resolve));
  await realm.server.start();
  await startWorker();
  expect((await endOf('order-1')).returnvalue.stdout).toBe('created jdoe\n');
  expect(ledger).toEqual(['jdoe']);
});

test('a Redis that is killed in a command, and comes back: nothing runs twice or gets lost', async () => {
  await startWorker();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) {
    await add(name, ['account', 'slow', name]);
  }
  await until(() => ledger.length === names.length);
  await redis.kill();
  hold.release();
  await redis.start();
  await add('later', ['account', 'create', 'later']);
  for (const name of names) {
    const job = await endOf(name);
    expect(job.failedReason ?? 'finished').toMatch(/^(finished|unknown)/);
  }
  await endOf('later');
  expect(ledger.sort()).toEqual([...names, 'later']);
});

test('workers that are killed again and again, and a Redis once: no command runs twice', async () => {
  const ids = Array.from({ length: MANY_JOBS }, (_, index) => `job-${index}`);
  let worker = await startWorker();
  await Promise.all(ids.map((id) => add(id, ['account', 'work', id])));
  for (const [index, begun] of KILLS.entries()) {
    await until(() => ledger.length >= begun);
    worker.kill('SIGKILL');
    await worker.ended;
    if (index === 2) {
      await redis.kill();
      await redis.start();
    }
    worker = await startWorker();
  }
  const states = { finished: 0, unknown: 0 };
  for (const id of ids) {
    const { failedReason } = await endOf(id);
    const runs = ledger.filter((each) => each === id).length;
    if (failedReason === undefined) {
      states.finished += 1;
      expect({ id, runs }).toEqual({ id, runs: 1 });
    } else {
      states.unknown += 1;
      expect({ id, runs, failedReason }).toEqual({
        id,
        runs: expect.toSatisfy((count: number) => count <= 1),
        failedReason: expect.stringMatching(/^unknown: /),
      });
    }
  }
  // Otherwise the kills have hit nothing, or everything.
  expect(Math.min(states.finished, states.unknown)).toBeGreaterThan(0);
});

test('a secret is in no job, and reaches the command', async () => {
  mkdirSync(join(realm.folder, 'secrets'));
  writeFileSync(join(realm.folder, 'secrets', 'jdoe.password'), 'correct horse');
  await startWorker();
  await add('order-1', ['account', 'create', 'jdoe', { secret: 'jdoe.password' }]);
  const job = await endOf('order-1');
  expect(job.returnvalue.stdout).toBe('created jdoe with correct horse\n');
  expect(JSON.stringify(job.data)).not.toContain('correct horse');
});

test('jobs.mjs adds and lists jobs; a real remctld runs them', async () => {
  await using site = await startRealm();
  const env = { ...site.env, REDIS_URL: redis.url };
  const jobs = async (...args: string[]) => {
    const ended = await startProgram(['durable-jobs/jobs.mjs', ...args], env).ended;
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    return ended.stdout;
  };
  await startWorker(site.env);
  await jobs('add', 'one', '--port', String(site.port), site.host, 'test', 'whoami');
  await jobs('add', 'two', '--port', String(site.port), site.host, 'test', 'denied');
  await Promise.all([endOf('one'), endOf('two')]);
  expect((await jobs('list')).split('\n').sort()).toEqual([
    '',
    `one\tcompleted\t${site.principals.client}`,
    'two\tfailed\tfinished: Access denied',
  ]);
});

test('the README: a worker in a realm of its own', async () => {
  await realm.server.stop();
  const program = [process.execPath, inExamples('durable-jobs/worker.mjs')];
  const trial = startInTestRealm('durable-jobs/commands', realm.port, program, {
    REDIS_URL: redis.url,
  });
  await trial.writes(/^ready$/m);
  await add('order-1', ['account', 'create', 'jdoe']);
  expect((await endOf('order-1')).returnvalue.stdout).toBe('created jdoe\n');
  trial.kill('SIGTERM');
  await trial.ended;
});
