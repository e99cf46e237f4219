/** The acceptor with the C client: remctl, on libremctl and libgssapi_krb5. */
import { execFile } from 'node:child_process';
import { startRealm } from '@remctl/realm';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AcceptorOptions } from '../../src/gss/acceptor.js';
import { ALL_FLAGS } from '../../src/gss/context-flags.js';
import type { Keytab } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { otherKeys } from '../support/other-keys.js';
import { type RunCommand, startRemctlServer } from '../support/remctl-server.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let keytab: Keytab;
beforeAll(async () => {
  keytab = await readKeytab(realm.keytabs.server);
});

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: unknown;
}

function remctl(port: number, command: readonly string[], env = realm.env): Promise<Ended> {
  const args = ['-p', String(port), 'localhost', ...command];
  return new Promise((resolve) => {
    execFile('remctl', args, { env }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, status: error === null ? 0 : error.code });
    });
  });
}

async function server(run: RunCommand, options: AcceptorOptions = { keytab }) {
  const started = await startRemctlServer(options, run);
  onTestFinished(() => {
    started.close();
    expect(started.failures).toEqual([]);
  });
  return started;
}

test('remctl gets the output of both streams, and the status', async () => {
  const seen: unknown[] = [];
  const { port, contexts } = await server((command, user) => {
    seen.push(command, user);
    return { stdout: 'out\n', stderr: 'err\n', status: 7 };
  });
  expect(await remctl(port, ['test', 'hello'])).toEqual({
    stdout: 'out\n',
    stderr: 'err\n',
    status: 7,
  });
  expect(seen).toEqual([['test', 'hello'], realm.principals.client]);
  expect(contexts.map(({ flags }) => flags & ALL_FLAGS)).toEqual([ALL_FLAGS]);
});

test('remctl sends a command of many messages', async () => {
  const command = ['test', 'long', 'a'.repeat(100_000), 'b'.repeat(65_530), '', 'c'.repeat(70_000)];
  const { port, pieces } = await server((received) => ({
    stdout: received.map((argument) => `${argument.charAt(0)}${argument.length}`).join(' '),
    status: 0,
  }));
  expect(await remctl(port, command)).toMatchObject({
    stdout: 't4 l4 a100000 b65530 0 c70000',
    status: 0,
  });
  expect(pieces).toEqual([4]);
});

test('remctl gets output of many messages', async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `line ${at}\n`).join('');
  const { port } = await server(() => ({ stdout: lines, status: 0 }));
  expect(await remctl(port, ['test', 'lines'])).toEqual({ stdout: lines, stderr: '', status: 0 });
});

test('remctl runs twenty times at once', async () => {
  const { port } = await server(([, argument]) => ({ stdout: argument ?? '', status: 0 }));
  const clients = Array.from({ length: 20 }, (_, at) => `client ${at}`);
  const ended = await Promise.all(clients.map((client) => remctl(port, ['test', client])));
  expect(ended.map(({ stdout }) => stdout)).toEqual(clients);
});

describe.each([
  'aes128-cts-hmac-sha1-96',
  'aes128-cts-hmac-sha256-128',
  'aes256-cts-hmac-sha384-192',
] as const)('%s', (enctype) => {
  test('protects the messages of remctl', async () => {
    await using other = await startRealm({ enctype });
    const { port } = await server((_, user) => ({ stdout: user ?? '', status: 0 }), {
      keytab: await readKeytab(other.keytabs.server),
    });
    expect(await remctl(port, ['test', 'whoami'], other.env)).toEqual({
      stdout: other.principals.client,
      stderr: '',
      status: 0,
    });
  });
});

test('remctl prints the acceptor’s refusal', async () => {
  const run: RunCommand = () => {
    throw new Error('no command may run');
  };
  const { port, contexts } = await server(run, { keytab: otherKeys(keytab) });
  const { stderr, status } = await remctl(port, ['test', 'hello']);
  expect(stderr).toContain('Message stream modified');
  expect(status).toBe(1);
  expect(contexts).toEqual([]);
});
