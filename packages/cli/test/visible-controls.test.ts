/** Control characters in messages become visible and command no terminal. */
import {
  error as errorMessage,
  output as outputMessage,
  type ScriptedServer,
  startScriptedServer,
  status as statusMessage,
} from '@remctl/conformance/internal/servers';
import { type Realm, startRealm } from '@remctl/realm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visible, visibleBytes } from '../src/terminal/visible-controls.js';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

/** Sets the title of the terminal's window, clears the window, and moves the cursor. */
const ATTACK = '\u001b]0;owned\u0007\u001b[2J\r\u009b1A\u202eafter';
const SHOWN = '\\x1b]0;owned\\x07\\x1b[2J\\x0d\\x9b1A\\u202eafter';

/** Expects no control character except line feed and tab, as a byte or in UTF-8. */
function expectHarmless(bytes: Buffer): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(bytes.toString('latin1')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
  expect(bytes.toString('utf8')).not.toMatch(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/);
}

describe('visible()', () => {
  test('shows characters that command a terminal, and leaves the others', () => {
    expect(visible(ATTACK)).toBe(SHOWN);
    expect(visible('two lines\n\tand é, 日本, 👍')).toBe('two lines\n\tand é, 日本, 👍');
  });

  test('shows bytes that are not UTF-8 one by one', () => {
    const bytes = Buffer.concat([Buffer.from('a\u001b'), Buffer.of(0xff, 0x9b, 0xe9)]);
    expect(Buffer.from(visibleBytes(bytes)).toString('latin1')).toBe('a\\x1b\xff\\x9b\xe9');
  });

  test('removes every control character from any bytes, and leaves printable text', () => {
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

describe.each(['pure', 'native'])('remctl with the backend %s', (REMCTL_BACKEND) => {
  let realm: Realm;
  let server: ScriptedServer;
  /** The messages with which the server answers a command. */
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

  const remctl = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runProgram(process.execPath, [REMCTL, ...args], { ...realm.env, REMCTL_BACKEND, ...env }).ended;

  test("a server's error text is shown with visible control characters", async () => {
    answer = [errorMessage(5, ATTACK, Buffer.byteLength(ATTACK))];
    const { status, stderr } = await remctl(['-p', String(server.port), 'localhost', 'x']);
    expect(status).toBe(255);
    expect(stderr.toString()).toBe(`${SHOWN}\n`);
    expectHarmless(stderr);
  });

  test('output passes unchanged, because it is data', async () => {
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
  ])('control characters are visible in the message about %s', async (_, args) => {
    const { status, stderr } = await remctl(args);
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/x1b|u001b/);
    expectHarmless(stderr);
  });

  test('control characters are visible in messages about a service and a cache, and with -d', async () => {
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
