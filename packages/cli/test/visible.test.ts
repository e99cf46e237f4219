/** Control characters in messages: nobody but the user commands the terminal. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  error as errorMessage,
  output as outputMessage,
  type ScriptedServer,
  startScriptedServer,
  status as statusMessage,
} from '@remctl/conformance/servers';
import { type Realm, startRealm } from '@remctl/realm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visible, visibleBytes } from '../src/visible.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** Sets the title of a terminal's window, clears it, and moves the cursor. */
const ATTACK = '\u001b]0;owned\u0007\u001b[2J\r\u009b1A\u202eafter';
const SHOWN = '\\x1b]0;owned\\x07\\x1b[2J\\x0d\\x9b1A\\u202eafter';

/** No control character but line feed and tab, as a byte or in UTF-8. */
function expectHarmless(bytes: Buffer): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(bytes.toString('latin1')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
  expect(bytes.toString('utf8')).not.toMatch(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/);
}

describe('visible()', () => {
  test('shows what commands a terminal, and leaves the rest', () => {
    expect(visible(ATTACK)).toBe(SHOWN);
    expect(visible('two lines\n\tand é, 日本, 👍')).toBe('two lines\n\tand é, 日本, 👍');
  });

  test('shows bytes that are not UTF-8 one by one', () => {
    const bytes = Buffer.concat([Buffer.from('a\u001b'), Buffer.of(0xff, 0x9b, 0xe9)]);
    expect(Buffer.from(visibleBytes(bytes)).toString('latin1')).toBe('a\\x1b\xff\\x9b\xe9');
  });

  test('leaves no control in any bytes, and printable text as it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const shown = Buffer.from(visibleBytes(bytes));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(shown.toString('latin1')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~é-ü日-本\n\t]*$/), (text) => visible(text) === text),
    );
  });
});

describe.each(['pure', 'native'])('the command, %s', (REMCTL_BACKEND) => {
  let realm: Realm;
  let server: ScriptedServer;
  /** What the server answers a command with. */
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

  function remctl(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [main, ...words], {
      env: { ...realm.env, REMCTL_BACKEND, ...env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    return new Promise<{ status: number | null; stdout: Buffer; stderr: Buffer }>((resolve) => {
      child.on('close', (status) =>
        resolve({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }),
      );
    });
  }

  test("a server's error text", async () => {
    answer = [errorMessage(5, ATTACK, Buffer.byteLength(ATTACK))];
    const { status, stderr } = await remctl(['-p', String(server.port), 'localhost', 'x']);
    expect(status).toBe(255);
    expect(stderr.toString()).toBe(`${SHOWN}\n`);
    expectHarmless(stderr);
  });

  test('output is data, and passes unchanged', async () => {
    answer = [outputMessage('\u001b[31mred'), outputMessage('\u001b[1m', 2), statusMessage(0)];
    const { stdout, stderr } = await remctl(['-p', String(server.port), 'localhost', 'x']);
    expect(stdout.toString('latin1')).toBe('\u001b[31mred');
    expect(stderr.toString('latin1')).toBe('\u001b[1m');
  });

  test.each([
    ['a host name', [`evil${ATTACK}`, 'x']],
    ['a port', ['-p', ATTACK, 'localhost', 'x']],
    ['an option', [`--${ATTACK}`, 'localhost', 'x']],
    ['a backend', ['--backend', ATTACK, 'localhost', 'x']],
    ['a source address', ['-b', ATTACK, 'localhost', 'x']],
  ])('%s', async (_, words) => {
    const { status, stderr } = await remctl(words);
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/x1b|u001b/);
    expectHarmless(stderr);
  });

  test('a service, a cache and what is said with -d', async () => {
    const port = String(server.port);
    const service = await remctl(['-d', '-p', port, '-s', `host/${ATTACK}`, 'localhost', 'x']);
    expect(service.status).toBe(1);
    expectHarmless(service.stderr);
    const cache = { KRB5CCNAME: `FILE:/nowhere/${ATTACK}` };
    const noCache = await remctl(['-p', port, 'localhost', 'x'], cache);
    expect(noCache.status).toBe(1);
    expectHarmless(noCache.stderr);
  });
});
