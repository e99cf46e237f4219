/** Compares the records of libremctl with what the program `remctl` does. */
import { spawn } from 'node:child_process';
import { RemctlTimeoutError } from '@remctl/core';
import { expect, test } from 'vitest';
import { COMMAND } from '../src/hostile/client-acts.js';
import type { HostileCase } from '../src/hostile/hostile-case.js';
import { hostileCases } from '../src/hostile/index.js';
import type { Printed } from '../src/hostile/libremctl.js';
import { startRealmForFile } from '../src/index.js';
import { startScriptedServer } from '../src/servers/scripted-server.js';

/** The program of the package remctl-client. Another program of this name may come first in PATH. */
const REMCTL = '/usr/bin/remctl';

/** The program's time-out in whole seconds. It may lose up to one of them. */
const TIMEOUT = 3;
/** The program is killed after so many time-outs. */
const PATIENCE = 3;

const realm = await startRealmForFile();

/** Returns what the program prints, and its exit status: null if it was killed. */
async function runRemctl(port: number) {
  const args = ['-t', String(TIMEOUT), '-p', String(port), realm.host, ...COMMAND];
  const child = spawn(REMCTL, args, {
    env: realm.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE * TIMEOUT * 1000,
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => {
    printed.stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    printed.stderr += data.toString();
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { ...printed, status };
}

const asked = hostileCases.flatMap((hostile) => {
  const { libremctl } = hostile;
  return 'notAsked' in libremctl ? [] : [{ ...hostile, printed: libremctl }];
});

test.concurrent.for(asked)('$id: $title', async ({ serve, printed }, { expect }) => {
  await using server = await startScriptedServer({
    keytab: realm.keytabs.server,
    script: serve,
  });
  const result = await runRemctl(server.port);
  expect(server.failures()).toEqual([]);
  const { stdout = '', stderr = '', status } = printed;
  expect(result).toEqual({
    stdout,
    stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr),
    status,
  });
});

type Verdict = 'takes it' | 'refuses' | 'times out' | 'waits';

/** How the program ends, from what it prints. */
function itsVerdict({ stderr = '' }: Printed): Verdict {
  const text = String(stderr);
  if (text.includes('timed out')) {
    return 'times out';
  }
  // The text of a MESSAGE_ERROR is printed without the program's name.
  return text.includes('remctl: ') ? 'refuses' : 'takes it';
}

/** How our backends end. */
function ourVerdict({ ending }: HostileCase): Verdict {
  if (ending.type === 'aborted') {
    return 'waits';
  }
  if (ending.type === 'answered') {
    return 'takes it';
  }
  return ending.error === RemctlTimeoutError ? 'times out' : 'refuses';
}

test('a case has a difference exactly if our ending differs from that of libremctl', () => {
  const differing = asked.filter((each) => itsVerdict(each.printed) !== ourVerdict(each));
  const explained = hostileCases.filter(({ difference }) => difference !== undefined);
  expect(explained.map(({ id }) => id)).toEqual(differing.map(({ id }) => id));
});
