/** The web endpoint: streaming, backpressure, aborts, statuses, its end. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRealm } from '@remctl/realm';
import { startTestRealm, type TestRealm } from '@remctl/testing';
import { expect, onTestFinished, test } from 'vitest';
import { held } from './support/held.js';
import { inExamples, startInTestRealm, startProgram } from './support/program.js';

const MIB = 1024 * 1024;
/** Milliseconds between two looks at how much a command has written. */
const LOOK_MS = 200;

type Run = NonNullable<Extract<Parameters<typeof startTestRealm>[0], object>['commands']>[number];

/** Starts a realm whose command `account report` is this. */
async function realmWith(run: unknown, access: readonly string[] = ['ANYUSER']) {
  const command = { command: 'account', subcommand: 'report', access, run } as Run;
  const realm = await startTestRealm({ commands: [command] });
  onTestFinished(() => realm.dispose());
  return realm;
}

/** Starts the endpoint for a server, and returns it with its address. */
async function startEndpoint(
  realm: Pick<TestRealm<'alice'>, 'host' | 'port' | 'env'>,
  env: NodeJS.ProcessEnv = {},
) {
  const program = startProgram(['web-endpoint/server.mjs'], {
    ...realm.env,
    REMCTL_HOST: realm.host,
    REMCTL_PORT: String(realm.port),
    PORT: '0',
    ...env,
  });
  const [, port] = await program.writes(/^listening on port (\d+)$/m);
  return { program, url: `http://127.0.0.1:${port}` };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await sleep(LOOK_MS);
  }
}

/** Begins a request whose body nobody reads. */
async function unread(url: string): Promise<IncomingMessage> {
  const request = get(url);
  onTestFinished(() => void request.destroy());
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response.pause();
}

test('output comes while the command runs', async () => {
  const hold = held();
  const realm = await realmWith(async function* ({ command }: { command: Buffer[] }) {
    yield `report of ${command[2]}\n`;
    await hold.until;
    yield 'end\n';
  });
  const { url } = await startEndpoint(realm);
  const response = await fetch(`${url}/accounts/jdoe/report`);
  expect(response.status).toBe(200);
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    pieces.push(decoder.decode(piece));
    hold.release();
  }
  expect(pieces).toEqual(['report of jdoe\n', 'end\n']);
});

test('a client that does not read holds up the command; one that goes away ends it', async () => {
  let written = 0;
  let ended = false;
  const realm = await realmWith(
    async ({
      stdout,
      signal,
    }: {
      stdout: { write(b: Uint8Array): Promise<void> };
      signal: AbortSignal;
    }) => {
      signal.addEventListener('abort', () => {
        ended = true;
      });
      while (!signal.aborted) {
        await stdout.write(Buffer.alloc(MIB / 16));
        written += MIB / 16;
      }
    },
  );
  const { url } = await startEndpoint(realm);
  const response = await unread(`${url}/accounts/jdoe/report`);
  let before = -1;
  await until(() => {
    const isSteady = written > 0 && written === before;
    before = written;
    return isSteady;
  });
  expect(written).toBeLessThan(64 * MIB);
  expect(ended).toBe(false);
  response.destroy();
  await until(() => ended);
  await until(() => realm.server.connections === 0);
});

test('a path that is no account is refused, and nothing is sent', async () => {
  const realm = await realmWith(() => {
    throw new Error('it was sent');
  });
  const { url } = await startEndpoint(realm);
  const statuses: Record<string, number> = {
    '/accounts/Jdoe/report': 400,
    '/accounts/..%2Fjdoe/report': 400,
    '/accounts/-x/report': 400,
    '/accounts//report': 400,
    '/accounts': 404,
  };
  for (const [path, status] of Object.entries(statuses)) {
    const response = await fetch(url + path);
    expect([path, response.status]).toEqual([path, status]);
    expect(await response.json()).toHaveProperty('error');
  }
  const post = await fetch(`${url}/accounts/jdoe/report`, { method: 'POST' });
  expect(post.status).toBe(405);
  expect(realm.server.connections).toBe(0);
});

test('a command that is not allowed is 403', async () => {
  const { url } = await startEndpoint(await realmWith(() => 0, []));
  const response = await fetch(`${url}/accounts/jdoe/report`);
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({
    error: 'the remctl server does not allow it',
    commandState: 'finished',
  });
});

test('a silent command is 504, a failed one 502', async () => {
  const silent = await startEndpoint(await realmWith(() => held().until), {
    TIMEOUT: '0.3',
  });
  const late = await fetch(`${silent.url}/accounts/jdoe/report`);
  expect([late.status, await late.json()]).toEqual([
    504,
    { error: 'the remctl server took too long', commandState: 'unknown' },
  ]);
  const failing = await startEndpoint(await realmWith(() => 1));
  expect((await fetch(`${failing.url}/accounts/jdoe/report`)).status).toBe(502);
});

test('a server that is down is 503 until it is up again', async () => {
  const realm = await realmWith(() => 'up\n');
  await realm.server.stop();
  const { url } = await startEndpoint(realm);
  const response = await fetch(`${url}/accounts/jdoe/report`);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await response.json()).toMatchObject({ commandState: 'not-sent' });
  await realm.server.start();
  expect(await (await fetch(`${url}/accounts/jdoe/report`)).text()).toBe('up\n');
});

test('a failure after the first output cuts the transfer', async () => {
  const realm = await realmWith(async function* () {
    yield 'half of it\n';
    await sleep(0);
    throw new Error('broken');
  });
  const { url } = await startEndpoint(realm);
  const response = await fetch(`${url}/accounts/jdoe/report`);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

test('SIGTERM lets a request end, and takes no other', async () => {
  const hold = held();
  const realm = await realmWith(async function* () {
    yield 'begin\n';
    await hold.until;
    yield 'end\n';
  });
  const { url, program } = await startEndpoint(realm);
  const response = await fetch(`${url}/accounts/jdoe/report`);
  program.kill('SIGTERM');
  // Until the signal has arrived, the endpoint still answers.
  const isUp = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (await isUp()) {
    await sleep(LOOK_MS);
  }
  hold.release();
  expect(await response.text()).toBe('begin\nend\n');
  expect(await program.ended).toMatchObject({ status: 0, stderr: '' });
});

test('a real remctld answers the same', async () => {
  await using realm = await startRealm();
  const script = join(realm.folder, 'report');
  writeFileSync(script, '#!/bin/sh\necho "$REMOTE_USER asks for $2"\n', { mode: 0o755 });
  const remctld = await realm.startRemctld({ config: `account report ${script} ANYUSER\n` });
  const { url } = await startEndpoint({ ...realm, port: remctld.port });
  const report = await fetch(`${url}/accounts/jdoe/report`);
  expect(await report.text()).toBe('alice@REMCTL.TEST asks for jdoe\n');
});

test('the README: the endpoint in a realm of its own', async () => {
  const server = `REMCTL_HOST=localhost REMCTL_PORT=$REMCTL_TEST_PORT exec "${process.execPath}" "$0"`;
  const command = ['sh', '-c', server, inExamples('web-endpoint/server.mjs')];
  const trial = startInTestRealm('web-endpoint/commands', undefined, command, { PORT: '0' });
  const [, port] = await trial.writes(/^listening on port (\d+)$/m);
  const response = await unread(`http://127.0.0.1:${port}/accounts/jdoe/report`);
  const [piece] = await once(response.resume(), 'data');
  expect(String(piece)).toBe('jdoe: line 1\n');
  response.destroy();
  trial.kill('SIGTERM');
  await trial.ended;
});
