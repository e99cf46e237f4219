/** A session at a terminal: what stands on the screen, and connections that are lost. */
import { readFileSync } from 'node:fs';
import { freePort, type Realm, startProtocol1Proxy, startRealm } from '@remctl/realm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CTRL_A, CTRL_C, CTRL_D, CTRL_Z, ENTER, TAB } from './keys.js';
import { REMCTL } from './program.js';
import { type PtySession, startInPty } from './pty-session.js';

const PROMPT = 'localhost> ';
/** What the terminal gets when the cursor goes back over nine characters. */
const CURSOR_TO_BEGIN = '\u001b[9D';

let realm: Realm;
beforeAll(async () => {
  realm = await startRealm();
});
afterAll(() => realm?.dispose());

const sessions: PtySession[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) {
    session.hangUp();
  }
});

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  const start = (port = realm.port, options: readonly string[] = [], columns = 100) => {
    const session = startInPty(
      [process.execPath, REMCTL, '--shell', '-p', String(port), ...options, 'localhost'],
      { ...realm.env, REMCTL_BACKEND, REMCTL_HISTORY: '' },
      { columns },
    );
    sessions.push(session);
    return session;
  };
  /** Leaves the session, which must be at its prompt. */
  const leave = async (session: PtySession) => {
    session.type(CTRL_D);
    return (await session.ended).status;
  };
  /** The name of a tally of this backend's own. */
  const tally = (name: string) => `${name}-${REMCTL_BACKEND}`;

  test('the prompt stands on a line of its own', async () => {
    const session = start();
    expect(await session.until(PROMPT)).toMatch(/^remctl: connected to localhost;.*\r\n/);
    session.type(`test output 30${ENTER}`);
    await session.until('abcd\r\n');
    await session.until(PROMPT);
    session.type(`echo on${ENTER}`);
    expect(await session.until(PROMPT)).toMatch(/on\r\n(?!\r\n)/);
    expect(await leave(session)).toBe(0);
  });

  test('a server that was started again while idle: a notice, and the next command works', async () => {
    const port = await freePort();
    const first = await realm.startRemctld({ port });
    const session = start(port);
    await session.until(PROMPT);
    await first.kill();
    const second = await realm.startRemctld({ port });
    session.type(`test tally ${tally('restarted')}${ENTER}`);
    await session.until('the connection was lost');
    await session.until('connected again');
    await session.until('counted\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    await second.kill();
    expect(realm.tally(tally('restarted'))).toBe(1);
  });

  test('a server that is gone: the command is told as not sent, and the session goes on', async () => {
    const port = await freePort();
    const first = await realm.startRemctld({ port });
    const session = start(port);
    await session.until(PROMPT);
    await first.kill();
    session.type(`test tally ${tally('gone')}${ENTER}`);
    await session.until('cannot connect to localhost');
    await session.until('the command was not sent');
    await session.until('[status 1]');
    await session.until(PROMPT);
    const second = await realm.startRemctld({ port });
    session.type(`echo on${ENTER}`);
    await session.until('on\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    await second.kill();
    expect(realm.tally(tally('gone'))).toBe(0);
  });

  test('a server that goes while a command runs: it may have run, and is not repeated', async () => {
    const port = await freePort();
    const first = await realm.startRemctld({ port });
    const session = start(port);
    await session.until(PROMPT);
    session.type(`test slow 50 0.1${ENTER}`);
    await session.until('line 2');
    await first.kill();
    await session.until('the command was sent and may have run');
    await session.until(PROMPT);
    expect(session.shown).toContain('the connection was lost');
    const second = await realm.startRemctld({ port });
    session.type(`echo on${ENTER}`);
    await session.until('connected again');
    await session.until('on\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    const log = readFileSync(second.log, 'utf8');
    expect(log).toContain('COMMAND');
    expect(log).not.toContain('slow');
    await second.kill();
  });

  test('a server that is silent: the time-out is told, and the session goes on', async () => {
    const session = start(realm.port, ['--timeout', '1s']);
    await session.until(PROMPT);
    session.type(`test sleep 5${ENTER}`);
    await session.until('timed out');
    await session.until('the command was sent and may have run');
    await session.until('[status 1]');
    await session.until(PROMPT);
    session.type(`echo on${ENTER}`);
    await session.until('on\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
  });

  test.each([100, 24])('a notice keeps the line that is typed, %i columns', async (columns) => {
    const port = await freePort();
    const first = await realm.startRemctld({ port });
    const session = start(port, [], columns);
    await session.until(PROMPT);
    session.type(`test argv 0123456789 te`);
    await session.until('te');
    await first.kill();
    const second = await realm.startRemctld({ port });
    // The cursor stands behind `te`: the help finds the connection dead. Nothing completes the line.
    session.type(TAB);
    await session.until('connected again');
    session.type('s');
    await session.until('s');
    session.type(`t end${ENTER}`);
    await session.until('30313233343536373839\r\n74657374\r\n656e64\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    await second.kill();
  });

  test('a server of protocol 1 opens a connection for each command, without a word', async () => {
    await using proxy = await startProtocol1Proxy(realm.port);
    const session = start(proxy.port);
    await session.until(PROMPT);
    for (const word of ['one', 'two']) {
      session.type(`echo ${word}${ENTER}`);
      await session.until(`\r\n${word}\r\n`);
      await session.until(PROMPT);
    }
    session.type(`te${TAB}`);
    await session.until('test ');
    session.type(`whoami${ENTER}`);
    await session.until(`${realm.principals.client}\r\n`);
    await session.until(PROMPT);
    expect(session.shown).not.toMatch(/the connection was lost|connected again/);
    expect(await leave(session)).toBe(0);
  });

  test('a server without help is asked once, and completes nothing', async () => {
    const server = await realm.startRemctld({ config: 'echo ALL /bin/echo ANYUSER\n' });
    const session = start(server.port);
    await session.until(PROMPT);
    session.type('echo');
    await session.until('echo');
    session.type(TAB);
    await expect.poll(() => readFileSync(server.log, 'utf8')).toContain('summary request');
    session.type(TAB);
    session.type(`${TAB} on${ENTER}`);
    await session.until('\r\non\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    const log = readFileSync(server.log, 'utf8');
    expect(log.match(/summary request/g)).toHaveLength(1);
    await server.kill();
  });

  test('keys that are typed while a command runs are for the next one', async () => {
    const session = start();
    await session.until(PROMPT);
    session.type(`test sleep 1${ENTER}`);
    await session.until('\r\n');
    session.type(`test tally ${tally('ahead')}${ENTER}echo more`);
    await session.until('counted\r\n');
    await session.until(`${PROMPT}echo more`);
    session.type(ENTER);
    await session.until('\r\nmore\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
  });

  test('Ctrl-C ends the lines that wait, too', async () => {
    const session = start();
    await session.until(PROMPT);
    session.type(`test sleep 30${ENTER}test tally ${tally('waiting')}${ENTER}`);
    await session.until('test sleep 30');
    await new Promise((resolve) => setTimeout(resolve, 500));
    session.type(CTRL_C);
    expect(await session.until('may have run')).toContain('\r\nremctl: ended by SIGINT');
    await session.until(PROMPT);
    session.type(`echo on${ENTER}`);
    await session.until('\r\non\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    expect(realm.tally(tally('waiting'))).toBe(0);
  });

  test('a line that is not UTF-8 is not sent', async () => {
    const session = start();
    await session.until(PROMPT);
    session.type(Buffer.from(`test tally ${tally('bytes')} \xe9${ENTER}`, 'latin1'));
    await session.until('not UTF-8: nothing was sent');
    await session.until(PROMPT);
    session.type(`echo é😀${ENTER}`);
    await session.until('\r\né😀\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
    expect(realm.tally(tally('bytes'))).toBe(0);
  });

  test('words of the session that are wrong are told, and no command', async () => {
    const session = start();
    await session.until(PROMPT);
    session.type(`\\quit${ENTER}`);
    await session.until('there is no \\quit');
    await session.until(PROMPT);
    session.type(`\\q x${ENTER}`);
    await session.until('\\q takes a status');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(1);
  });

  test('pasted text goes where the cursor stands', async () => {
    const session = start();
    await session.until(PROMPT);
    session.type('test four');
    await session.until('test four');
    session.type(CTRL_A);
    await session.until(CURSOR_TO_BEGIN);
    session.type('echo one two\tthree ');
    await session.until('three test four\u001b[');
    session.type(ENTER);
    await session.until('\r\none two three test four\r\n');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
  });

  test('Ctrl-Z leaves for the shell, and fg comes back to the line', async () => {
    const shell = startInPty(['bash', '--norc', '-i'], {
      ...realm.env,
      REMCTL_BACKEND,
      REMCTL_HISTORY: '',
      PS1: 'sh: ',
    });
    sessions.push(shell);
    await shell.until('sh: ');
    shell.type(`"${process.execPath}" "${REMCTL}" --shell -p ${realm.port} localhost${ENTER}`);
    await shell.until(PROMPT);
    shell.type('echo o');
    await shell.until('echo o');
    shell.type(CTRL_Z);
    await shell.until('sh: ');
    shell.type(`fg${ENTER}`);
    await shell.until(`${PROMPT}echo o`);
    shell.type('n');
    await shell.until('n');
    shell.type(ENTER);
    await shell.until('\r\non\r\n');
    await shell.until(PROMPT);
    shell.type(CTRL_D);
    await shell.until('sh: ');
  });

  test('-d says what is sent, without the arguments', async () => {
    const session = start(realm.port, ['-d']);
    await session.until(PROMPT);
    session.type(`echo secret${ENTER}`);
    await session.until('command echo: 2 arguments');
    await session.until('status token: 0');
    await session.until(PROMPT);
    expect(await leave(session)).toBe(0);
  });
});
