/** --json: one object a line, for tokens and failures of every kind. */
import {
  error as errorMessage,
  output,
  type ScriptedServer,
  startScriptedServer,
  status as statusMessage,
} from '@remctl/conformance/internal/servers';
import { freePort, type Realm, startRealm } from '@remctl/realm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonBytes, jsonLine } from '../src/terminal/json-lines.js';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

let realm: Realm;
let server: ScriptedServer;
let answer: Buffer[] = [];

beforeAll(async () => {
  realm = await startRealm();
  server = await startScriptedServer({
    keytab: realm.keytabs.server,
    script: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      for (const message of answer) {
        peer.send(peer.seal(message));
      }
    },
  });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await realm?.dispose();
});

describe('the objects', () => {
  test('any bytes come back, as text or as base64', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const { data, encoding = 'utf8' } = jsonBytes(bytes);
        expect(Buffer.from(data, encoding).equals(bytes)).toBe(true);
      }),
    );
  });

  test('any text comes back from a line that commands no terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = jsonLine({ text });
        expect(JSON.parse(line)).toEqual({ text });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
      }),
    );
  });
});

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  async function remctl(args: readonly string[]) {
    const env = { ...realm.env, REMCTL_BACKEND };
    const { status, stdout, stderr } = await runProgram(process.execPath, [REMCTL, ...args], env)
      .ended;
    const lines = stdout.toString().split('\n');
    expect(lines.pop()).toBe('');
    const objects = lines.map((line) => JSON.parse(line));
    for (const { time } of objects) {
      expect(new Date(time).toISOString()).toBe(time);
    }
    return {
      status,
      objects: objects.map(({ time: _, ...rest }) => rest),
      stderr: stderr.toString(),
    };
  }
  const scripted = (...messages: Buffer[]) => {
    answer = messages;
    return remctl(['--json', '-p', String(server.port), 'localhost', 'a']);
  };

  test('output of both streams, then the status', async () => {
    const args = ['--json', '-p', String(realm.port), 'localhost', 'test', 'streams'];
    expect(await remctl(args)).toEqual({
      status: 0,
      stderr: '',
      objects: [
        { type: 'output', stream: 'stdout', data: 'out 1\n' },
        { type: 'output', stream: 'stderr', data: 'err 1\n' },
        { type: 'output', stream: 'stdout', data: 'out 2\n' },
        { type: 'output', stream: 'stderr', data: 'err 2\n' },
        { type: 'status', status: 0 },
      ],
    });
  });

  test('output that is not UTF-8 is base64, and the field says so', async () => {
    const bytes = Buffer.concat([output('', 1, 2), Buffer.of(0xff, 0xfe)]);
    const { objects } = await scripted(bytes, statusMessage(3));
    expect(objects).toEqual([
      { type: 'output', stream: 'stdout', data: '//4=', encoding: 'base64' },
      { type: 'status', status: 3 },
    ]);
  });

  test("a server's error has its code and the code's name; a code may have no name", async () => {
    const known = await scripted(errorMessage(6, 'Access\u001b denied'));
    expect(known).toEqual({
      status: 255,
      stderr: '',
      objects: [
        {
          type: 'error',
          class: 'RemctlProtocolError',
          code: 6,
          codeName: 'ERROR_ACCESS',
          message: 'Access\u001b denied',
          commandState: 'finished',
        },
      ],
    });
    const [{ code, codeName }] = (await scripted(errorMessage(99, 'new'))).objects as [
      Record<string, unknown>,
    ];
    expect({ code, codeName }).toEqual({ code: 99, codeName: undefined });
  });

  test('failures of the network, of time and of tickets', async () => {
    const closed = String(await freePort());
    expect(await remctl(['--json', '-p', closed, 'localhost', 'a'])).toMatchObject({
      status: 1,
      stderr: '',
      objects: [
        {
          class: 'RemctlNetworkError',
          codeName: 'ECONNREFUSED',
          phase: 'connect',
          commandState: 'not-sent',
        },
      ],
    });
    const slow = ['--json', '--timeout', '300ms', '-p', String(realm.port), 'localhost'];
    expect(await remctl([...slow, 'test', 'sleep', '2'])).toMatchObject({
      status: 1,
      objects: [{ class: 'RemctlTimeoutError', phase: 'command', commandState: 'unknown' }],
    });
    const noCache = ['--json', '--ccache', 'FILE:/nonexistent/cache', '-p', String(realm.port)];
    expect(await remctl([...noCache, 'localhost', 'a'])).toMatchObject({
      status: 1,
      objects: [{ class: 'RemctlAuthenticationError', commandState: 'not-sent' }],
    });
  });

  test.each([
    ['a wrong option after it', ['--json', '-x'], "invalid option -- 'x'"],
    ['a wrong option before it', ['-x', '--json', 'localhost', 'a'], "invalid option -- 'x'"],
    ['no command', ['--json', 'localhost'], 'the host or the command is missing'],
    ['a wrong port', ['--json', '-p', '0', 'localhost', 'a'], 'invalid port number 0'],
    ['no such file', ['--json', '--arg-file', '1=/nonexistent', 'localhost', 'a'], 'cannot read'],
    ['an unknown backend', ['--json', '--backend', 'quick', 'localhost', 'a'], 'quick'],
  ])('a wrong use is an object too: %s', async (_, args, message) => {
    const { status, objects, stderr } = await remctl(args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(objects).toMatchObject([{ type: 'error', commandState: 'not-sent' }]);
    expect(objects[0].message).toContain(message);
  });
});
