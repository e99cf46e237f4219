/** FIFOs in the place of files. Any user can make one in /tmp. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { configOf } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

/** More calls than libuv has threads. */
const AT_ONCE = 8;

const realm = useRealm();
let fifo: string;
beforeAll(async () => {
  fifo = join(realm.folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
});

/** Expects many calls at once to fail with `error`, and other files to be read meanwhile. */
async function expectRefused(refused: () => Promise<unknown>, error: object): Promise<void> {
  const all = Promise.allSettled(Array.from({ length: AT_ONCE }, refused));
  expect((await readFile(realm.krb5Conf)).length).toBeGreaterThan(0);
  for (const each of await all) {
    expect(each).toMatchObject({ status: 'rejected', reason: error });
  }
}

test.each(['ccache', 'default ccache', 'DIR primary', 'keytab'])(
  'a FIFO is refused as %s',
  async (what) => {
    const config = await configOf(realm);
    const principal = realm.principals.server;
    const directory = join(realm.folder, 'dir');
    mkdirSync(directory, { recursive: true });
    if (what === 'DIR primary') {
      execFileSync('mkfifo', [join(directory, 'primary')]);
    }
    const credentials = {
      ccache: { type: 'ccache', ccache: `FILE:${fifo}` },
      'default ccache': undefined,
      'DIR primary': { type: 'ccache', ccache: `DIR:${directory}` },
      keytab: { type: 'keytab', keytab: fifo, clientPrincipal: 'alice' },
    }[what] as Parameters<typeof createInitiatorContext>[0]['credentials'];
    vi.stubEnv('KRB5CCNAME', fifo);
    onTestFinished(() => void vi.unstubAllEnvs());
    await expectRefused(() => createInitiatorContext({ principal, credentials, config }).step(), {
      message: expect.stringContaining('not a regular file'),
    });
  },
);

test('a FIFO is refused as krb5.conf, and as a file that krb5.conf includes', async () => {
  await expectRefused(() => readKrb5Config({ KRB5_CONFIG: fifo }), {
    message: expect.stringContaining('not a regular file'),
  });
  const including = join(realm.folder, 'including.conf');
  writeFileSync(including, `include ${fifo}\n${readFileSync(realm.krb5Conf, 'utf8')}`);
  await expectRefused(() => readKrb5Config({ KRB5_CONFIG: including }), {
    message: expect.stringContaining('not a regular file'),
  });
});

test('KRB5_CONFIG=/dev/null is an empty configuration, as for libkrb5', async () => {
  const config = await readKrb5Config({ KRB5_CONFIG: '/dev/null' });
  expect(config.defaultRealm).toBeUndefined();
  const env = { ...realm.env, KRB5_CONFIG: '/dev/null' };
  let theirs = '';
  try {
    execFileSync('kinit', ['alice'], { env, stdio: 'pipe', input: '' });
  } catch (error) {
    theirs = String((error as { stderr: Buffer }).stderr);
  }
  expect(theirs).toMatch(/default realm/);
});
