/** --prompt asks at the terminal, twice, without echo, and leaves the terminal as it was. */
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, inPty } from './in-pty.js';
import { CTRL_C, CTRL_D, ENTER } from './keys.js';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

const SECRET = 'correct horse';
const FIRST = 'New password';
const SIGINT = -2;

let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm?.dispose());

const command = (...more: string[]) => [
  ...[process.execPath, REMCTL, '-d', '-p', String(realm.port), '--prompt', FIRST, ...more],
  ...['localhost', 'test', 'digest'],
];
const ask = (answers: readonly Answer[]) => inPty(command(), realm.env, answers);

describe('--prompt', () => {
  test('the answer is an argument; no screen, no ps and no -d shows it', () => {
    const { status, shown, isRestored, commandLine } = ask([
      { after: FIRST, keys: `${SECRET}${ENTER}` },
      { after: '(again)', keys: `${SECRET}${ENTER}` },
    ]);
    expect({ status, isRestored }).toEqual({ status: 0, isRestored: true });
    expect(shown).toMatch(new RegExp(`\\b${SECRET.length} [0-9a-f]{64}\\r\\n`));
    expect(shown).not.toContain(SECRET);
    expect(commandLine).not.toContain(SECRET);
  });

  test('two answers that differ are asked for again', () => {
    const { status, shown } = ask([
      { after: FIRST, keys: `one${ENTER}` },
      { after: '(again)', keys: `two${ENTER}` },
      { after: 'The two answers differ', keys: `four${ENTER}` },
      { after: '(again)', keys: `four${ENTER}` },
    ]);
    expect(status).toBe(0);
    expect(shown).toMatch(/\b4 [0-9a-f]{64}\r\n/);
  });

  test('answers that differ three times are an error', () => {
    const { status, shown } = ask(
      [0, 1, 2].flatMap((round) => [
        { after: round === 0 ? FIRST : 'differ', keys: `one${ENTER}` },
        { after: '(again)', keys: `two${ENTER}` },
      ]),
    );
    expect(status).toBe(1);
    expect(shown).toContain('remctl: the two answers differed 3 times');
  });

  test('Ctrl-C ends it by SIGINT, and the terminal is as before', () => {
    const { status, shown, isRestored } = ask([{ after: FIRST, keys: `abc${CTRL_C}` }]);
    expect({ status, isRestored }).toEqual({ status: SIGINT, isRestored: true });
    expect(shown).toContain('remctl: ended by SIGINT: the command was not sent');
  });

  test('Ctrl-C ends a loop of a shell script too', () => {
    const loop = ['bash', '-c', 'for i in 1 2 3; do "$@"; done; echo went on', 'sh', ...command()];
    const { status, shown } = inPty(loop, realm.env, [{ after: FIRST, keys: CTRL_C }]);
    expect(status).toBe(SIGINT);
    expect(shown).not.toContain('went on');
  });

  test.each([
    ['SIGTERM', -15],
    ['SIGHUP', -1],
    ['SIGQUIT', -3],
  ] as const)('%s ends it, and the terminal is as before', (signal, ended) => {
    const { status, shown, isRestored } = ask([{ after: FIRST, signal }]);
    expect({ status, isRestored }).toEqual({ status: ended, isRestored: true });
    expect(shown).toContain(`remctl: ended by ${signal}: the command was not sent`);
  });

  test('Ctrl-D is no answer', () => {
    const { status, shown, isRestored } = ask([{ after: FIRST, keys: CTRL_D }]);
    expect({ status, isRestored }).toEqual({ status: 1, isRestored: true });
    expect(shown).toContain('remctl: the question at the terminal was not answered');
  });

  test('without a terminal it says so', async () => {
    const env = realm.env;
    const { status, stderr } = await runProgram('setsid', ['-w', ...command()], env).ended;
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^remctl: there is no terminal to ask at/);
  });
});

test('Ctrl-C while a command runs ends a loop of a shell script', () => {
  const run = [
    process.execPath,
    REMCTL,
    '-p',
    String(realm.port),
    'localhost',
    'test',
    'slow',
    '50',
    '0.1',
  ];
  const loop = ['bash', '-c', 'for i in 1 2 3; do "$@"; done; echo went on', 'sh', ...run];
  const { status, shown } = inPty(loop, realm.env, [{ after: 'line 2', keys: CTRL_C }]);
  expect(status).toBe(SIGINT);
  expect(shown).not.toContain('went on');
  expect(shown).toContain('remctl: ended by SIGINT: the command was sent and may have run');
});
