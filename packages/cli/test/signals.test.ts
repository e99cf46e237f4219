/** A signal ends the program by that signal, in each phase, and says what is known. */
import { execFileSync, spawn } from 'node:child_process';
import { constants, openSync, readFileSync, writeSync } from 'node:fs';
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
  python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 53)); print(flush=True); time.sleep(60)' |
  { read -r _; exec "$@"; }`;

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
      env: { KRB5_CONFIG: writeKrb5Conf(realm, { kdcs: [`127.0.0.1:${kdc.port}`] }) },
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
