/** A signal ends the program by that signal, in each phase, and says what is known. */
import { execFileSync, spawn } from 'node:child_process';
import { constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BlackHole,
  type Realm,
  type RemctldProxy,
  startBlackHole,
  startRealm,
  startSilentKdc,
  startSilentServer,
  withNetwork,
  writeKrb5Conf,
} from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** Milliseconds after which a phase has begun that nothing outside the program shows. */
const SETTLED_MS = 400;
const NOT_SENT = 'the command was not sent';
const MAY_HAVE_RUN = 'the command was sent and may have run';

/** Where a program stands when the signal comes. */
interface Phase {
  readonly known: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Puts the program into its surroundings. */
  readonly around?: (command: readonly string[]) => readonly string[];
  /** Whether nobody reads the output. */
  readonly unread?: boolean;
}

let realm: Realm;
let silent: RemctldProxy;
let hole: BlackHole;
let kdc: Awaited<ReturnType<typeof startSilentKdc>>;
let phases: Readonly<Record<string, () => Promise<Phase>>>;

/** A name server that takes questions and never answers, then the program. */
const SILENT_NAME_SERVER = `
  exec 3< <(exec python3 -c 'import os, socket, time
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.bind(("127.0.0.1", 53))
print(flush=True)
client = os.getppid()
while os.getppid() == client:
    time.sleep(0.1)')
  read -r _ <&3
  exec "$@"`;

beforeAll(async () => {
  realm = await startRealm();
  silent = await startSilentServer();
  hole = await startBlackHole();
  kdc = await startSilentKdc();
  const port = String(realm.port);
  phases = {
    'while a name resolves': async () => ({
      known: NOT_SENT,
      args: ['server.example.org', 'a'],
      around: (command) =>
        withNetwork(realm.folder, {}, ['bash', '-c', SILENT_NAME_SERVER, 'sh', ...command]),
    }),
    'while it connects': async () => ({
      known: NOT_SENT,
      args: ['-p', String(hole.port), 'localhost', 'a'],
    }),
    'while it authenticates': async () => ({
      known: NOT_SENT,
      args: ['-p', String(silent.port), 'localhost', 'a'],
    }),
    'while a KDC is silent': async () => ({
      known: NOT_SENT,
      args: ['-p', port, '-s', realm.principals.unknownServer, 'localhost', 'a'],
      env: { KRB5_CONFIG: writeKrb5Conf(realm, { kdcs: [kdc.kdc] }) },
    }),
    'while the command runs': async () => ({
      known: MAY_HAVE_RUN,
      args: ['-p', port, 'localhost', 'test', 'sleep', '5'],
    }),
    'while nobody reads the output': async () => ({
      known: MAY_HAVE_RUN,
      args: ['-p', port, 'localhost', 'test', 'output', '10000000'],
      unread: true,
    }),
  };
});

afterAll(async () => {
  for (const each of [kdc, hole, silent, realm]) {
    await each?.[Symbol.asyncDispose]();
  }
});

/** Starts a client in a phase. The signal is sent to the process itself. */
function startIn(phase: Phase, client: readonly string[], env: NodeJS.ProcessEnv) {
  const command = [...client, ...phase.args];
  const [program = '', ...args] = phase.around?.(command) ?? command;
  const started = runProgram(program, args, { ...realm.env, ...env, ...phase.env });
  if (phase.unread === true) {
    started.child.stdout.pause();
  }
  return started;
}

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  const ours = (phase: Phase) =>
    startIn(phase, [process.execPath, REMCTL, '-d'], { REMCTL_BACKEND });

  describe.each([
    'while a name resolves',
    'while it connects',
    'while it authenticates',
    'while a KDC is silent',
    'while the command runs',
    'while nobody reads the output',
  ])('%s', (name) => {
    test.each(SIGNALS)('%s says what is known, and ends the program by itself', async (signal) => {
      const phase = await phases[name]?.();
      if (phase === undefined) {
        throw new Error(`no phase ${name}`);
      }
      const { child, ended } = ours(phase);
      await new Promise<void>((resolve) => {
        let said = '';
        const begun = phase.known === NOT_SENT ? ': open port ' : ': command test: ';
        child.stderr.on('data', (data: Buffer) => {
          said += data.toString();
          if (said.includes(begun)) {
            resolve();
          }
        });
        child.once('close', resolve);
      });
      await sleep(SETTLED_MS);
      child.kill(signal);
      const { stderr, ...end } = await ended;
      expect(end).toMatchObject({ status: null, signal });
      expect(stderr.toString()).toMatch(
        new RegExp(`\\nremctl: ended by ${signal}: ${phase.known}\\n$`),
      );
    });
  });

  const LONG_OUTPUT = ['localhost', 'test', 'output', '10000000'];
  const SIGPIPE_STATUS = 141;

  test('a reader that has gone ends it by SIGPIPE without a word, as the C client', async () => {
    const script = '"$@" | head -c 1 >/dev/null; set -- $PIPESTATUS; echo $1';
    for (const client of [['remctl'], [process.execPath, REMCTL]]) {
      const command = [...client, '-p', String(realm.port), ...LONG_OUTPUT];
      const env = { ...realm.env, REMCTL_BACKEND };
      const { stdout, stderr } = await runProgram('bash', ['-c', script, 'sh', ...command], env)
        .ended;
      expect({ status: Number(stdout), stderr: stderr.toString() }).toEqual({
        status: SIGPIPE_STATUS,
        stderr: '',
      });
    }
  });

  test('a program of Node.js that has gone as its reader is the same', async () => {
    const args = [REMCTL, '-p', String(realm.port), ...LONG_OUTPUT];
    const { child, ended } = runProgram(process.execPath, args, { ...realm.env, REMCTL_BACKEND });
    child.stdout.once('data', () => child.stdout.destroy());
    const { signal, stderr } = await ended;
    expect({ signal, stderr: stderr.toString() }).toEqual({ signal: 'SIGPIPE', stderr: '' });
  });

  test('it dies although standard error takes nothing', async () => {
    const fifo = join(realm.folder, `fifo-${REMCTL_BACKEND}`);
    execFileSync('mkfifo', [fifo]);
    const full = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    // A write to a pipe without a reader's room fails at once: the pipe is full to the last byte.
    for (let size = 65_536; size >= 1; size /= 2) {
      try {
        for (;;) {
          writeSync(full, Buffer.alloc(size));
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'EAGAIN' });
      }
    }
    const args = [REMCTL, '-p', String(realm.port), 'localhost', 'test', 'sleep', '5'];
    const child = spawn(process.execPath, args, {
      env: { ...realm.env, REMCTL_BACKEND },
      stdio: ['ignore', 'ignore', full],
    });
    const end = new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));
    await sleep(SETTLED_MS * 3);
    child.kill('SIGTERM');
    expect(await end).toBe('SIGTERM');
  });

  test('the C client dies by the same signals', async () => {
    const args = ['-p', String(realm.port), 'localhost', 'test', 'sleep', '5'];
    for (const sent of SIGNALS) {
      const { child, ended } = runProgram('remctl', args, realm.env);
      await sleep(SETTLED_MS);
      child.kill(sent);
      expect(await ended).toMatchObject({ status: null, signal: sent });
    }
  });

  test('with --json the end by a signal is an object too', async () => {
    const args = [
      REMCTL,
      '--json',
      '-p',
      String(realm.port),
      'localhost',
      'test',
      'slow',
      '9',
      '1',
    ];
    const { child, ended } = runProgram(process.execPath, args, { ...realm.env, REMCTL_BACKEND });
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { signal, stdout } = await ended;
    expect(signal).toBe('SIGINT');
    expect(JSON.parse(stdout.toString().trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'error',
      class: 'Signal',
      signal: 'SIGINT',
      commandState: 'unknown',
    });
  });
});
