/** KRB5_TRACE: the steps of a login, in libkrb5's form and beside its own. */
import { execFileSync, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Credentials } from '../../src/client/credentials.js';
import { createAcceptorContext } from '../../src/gss/acceptor.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { trace } from '../../src/trace/trace.js';
import { configOf } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

/** libkrb5's form of a line: `[pid] seconds.microseconds: text`. */
const LINE = /^\[(\d+)\] (\d+)\.(\d{6}): (.+)$/;

const realm = useRealm();
let file: string;
beforeEach(() => {
  file = join(realm.folder, 'trace');
  rmSync(file, { force: true });
});
afterEach(() => vi.unstubAllEnvs());

function stepsIn(path: string): string[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => LINE.exec(line)?.[4] ?? `not a line: ${line}`);
}

/** Establishes a context with a state of its own, and traces it. */
async function traceContext(credentials: Credentials): Promise<string[]> {
  vi.stubEnv('KRB5_TRACE', file);
  const state = createKrb5State();
  const config = await configOf(realm);
  const initiator = createInitiatorContext({ host: 'localhost', credentials, config, state });
  const acceptor = createAcceptorContext({ keytab: await readKeytab(realm.keytabs.server) });
  const { token } = await initiator.step();
  await initiator.step(acceptor.step(token ?? new Uint8Array()).token);
  vi.unstubAllEnvs();
  return stepsIn(file);
}

const ownKey = (): Credentials => ({
  type: 'keytab',
  keytab: realm.keytabs.client,
  clientPrincipal: 'alice',
});

describe('KRB5_TRACE', () => {
  test('gets the steps of a login with a keytab, in the order of kinit and libgssapi', async () => {
    const steps = await traceContext(ownKey());
    const { client, server } = realm.principals;
    const tgs = `krbtgt/${realm.name}@${realm.name}`;
    const kdc = `dgram 127.0.0.1:${realm.kdcPort}`;
    const expected = [
      `Getting initial credentials for ${client}`,
      `Found entries for ${client} in keytab ${realm.keytabs.client}: aes256-cts-hmac-sha1-96`,
      'Sending unauthenticated request',
      `Sending request (`,
      'Resolving hostname 127.0.0.1',
      `Sending UDP request to ${kdc}`,
      'Received answer (',
      'Decrypted AS reply; session key is: aes256-cts-hmac-sha1-96',
      `Received initial credentials ${client} -> ${tgs}`,
      `Requesting tickets for ${server} with ${client} -> ${tgs}, referrals on`,
      'etypes requested in TGS request: aes256-cts-hmac-sha1-96',
      `Sending UDP request to ${kdc}`,
      `TGS reply is for ${client} -> ${server} with session key aes256-cts-hmac-sha1-96`,
      `Received creds for desired service ${server}`,
      `Creating authenticator for ${client} -> ${server}, session key aes256-cts-hmac-sha1-96`,
      `Accepted AP-REQ ${client} -> ${server}, session key aes256-cts-hmac-sha1-96`,
      `Read AP-REP of ${server}, subkey aes256-cts-hmac-sha1-96`,
    ];
    const found = expected.filter((step) => steps.some((each) => each.startsWith(step)));
    expect(found, steps.join('\n')).toEqual(expected);
    let at = 0;
    for (const step of expected) {
      at = steps.findIndex((each, index) => index >= at && each.startsWith(step));
      expect(at, step).toBeGreaterThanOrEqual(0);
    }
  });

  test('has the steps of kinit that both take, and is appended to the same file', async () => {
    const kinit = ['-k', '-t', realm.keytabs.client, '-c', join(realm.folder, 'traced'), 'alice'];
    execFileSync('kinit', kinit, { env: { ...realm.env, KRB5_TRACE: file } });
    const theirs = stepsIn(file);
    const all = await traceContext(ownKey());
    expect(all.slice(0, theirs.length)).toEqual(theirs);
    const ours = all.slice(theirs.length);
    const begins = [
      'Getting initial credentials for ',
      'Sending unauthenticated request',
      'Sending request (',
      'Resolving hostname ',
      'Received answer (',
      'Decrypted AS reply; session key is: ',
    ];
    for (const steps of [theirs, ours]) {
      expect(begins.filter((begin) => steps.some((step) => step.startsWith(begin)))).toEqual(
        begins,
      );
    }
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('names the cache and the ticket in it', async () => {
    const ccache = await realm.kinit();
    const steps = await traceContext({ type: 'ccache', ccache });
    expect(steps).toContain(
      `Reading ccache ${ccache}: default principal ${realm.principals.client}, 1 tickets`,
    );
  });

  test('tells what a KDC refuses', async () => {
    vi.stubEnv('KRB5_TRACE', file);
    const credentials = { ...ownKey(), clientPrincipal: 'nobody', type: 'password', password: 'x' };
    const context = createInitiatorContext({
      host: 'localhost',
      credentials: credentials as Credentials,
      config: await configOf(realm),
    });
    await expect(context.step()).rejects.toThrow();
    expect(stepsIn(file)).toContain(
      'Received error from KDC: 6/KDC_ERR_C_PRINCIPAL_UNKNOWN (CLIENT_NOT_FOUND)',
    );
  });

  test('puts a text of others on one line', () => {
    vi.stubEnv('KRB5_TRACE', file);
    trace(() => 'one\n[1] 2.000003: forged\u001b[31m');
    expect(stepsIn(file)).toEqual(['one\\u{a}[1] 2.000003: forged\\u{1b}[31m']);
  });

  test('without it no text is made', () => {
    vi.stubEnv('KRB5_TRACE', '');
    trace(() => {
      throw new Error('nobody listens');
    });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a file that cannot be written', () => {
  const warnings: unknown[] = [];
  const note = (message: unknown) => warnings.push(message);
  beforeEach(() => {
    warnings.length = 0;
    subscribe('remctl:warning', note);
  });
  afterEach(() => unsubscribe('remctl:warning', note));

  test('is told once, and again after it could be written', () => {
    const folder = join(realm.folder, 'nowhere');
    const path = join(folder, 'trace');
    vi.stubEnv('KRB5_TRACE', path);
    trace(() => 'lost');
    trace(() => 'lost too');
    expect(warnings).toEqual([
      { code: 'KRB5_TRACE', message: expect.stringMatching(/nowhere\/trace.*ENOENT/) },
    ]);
    mkdirSync(folder);
    trace(() => 'written');
    expect(stepsIn(path)).toEqual(['written']);
    rmSync(folder, { recursive: true });
    trace(() => 'lost');
    expect(warnings).toHaveLength(2);
  });

  test('does not hold up the program if it is a FIFO that nobody reads', () => {
    execFileSync('mkfifo', [file]);
    vi.stubEnv('KRB5_TRACE', file);
    trace(() => 'lost');
    expect(warnings).toHaveLength(1);
  });
});

test('/dev/stderr is written to if it is a socket, as under systemd', async () => {
  const module = new URL('../../dist/trace/trace.js', import.meta.url).href;
  const program = `import { trace } from '${module}'; trace(() => 'a step');`;
  const env = { ...process.env, KRB5_TRACE: '/dev/stderr' };
  // Node gives a child's streams socket pairs.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env });
  expect(await text(child.stderr)).toMatch(/^\[\d+\] \d+\.\d{6}: a step\n$/);
});
