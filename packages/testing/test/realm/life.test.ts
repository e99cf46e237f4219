/** A realm's end: nothing is left behind, and nothing keeps the process alive. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@remctl/core';
import { describe, expect, test } from 'vitest';
import { startTestRealm } from '../../src/index.js';
import { echo, waiting, whoami } from '../support/commands.js';
import { listens } from '../support/listens.js';
import { ownTmpdir } from '../support/own-tmpdir.js';
import { run } from '../support/run.js';

const index = new URL('../../dist/index.js', import.meta.url).href;

test('dispose ends everything, also what runs, and may be called again', async () => {
  const before = { ...process.env };
  const realm = await startTestRealm({ commands: [whoami, waiting] });
  realm.useHere();
  const client = await createClient('pure', realm.clientOptions());
  const waits = client.run(['wait']).text();
  waits.catch(() => undefined);
  expect(await listens(realm.port)).toBe(true);
  await Promise.all([realm.dispose(), realm.dispose()]);
  await realm.dispose();
  await expect(waits).rejects.toThrow();
  expect(existsSync(realm.folder)).toBe(false);
  expect([await listens(realm.port), await listens(realm.kdc.port)]).toEqual([false, false]);
  expect(process.env).toEqual(before);
  expect(() => realm.useHere()).toThrow('the realm REMCTL.TEST has ended');
});

test('a realm that has ended says so, and does not start its server again', async () => {
  const realm = await startTestRealm();
  const disposed = realm.dispose();
  const early = realm.server.start();
  const ended = 'the realm REMCTL.TEST has ended: start another one';
  await expect(early).rejects.toThrow(ended);
  await disposed;
  expect(await listens(realm.port)).toBe(false);
  await expect(realm.server.start()).rejects.toThrow(ended);
  await expect(realm.server.changeKey()).rejects.toThrow(ended);
  await expect(realm.kinit('alice')).rejects.toThrow(ended);
  await expect(realm.expireTicket('alice')).rejects.toThrow(ended);
  expect(() => realm.useHere()).toThrow(ended);
  await realm.server.stop();
  await realm.kdestroy('alice');
});

test('dispose does not wait for a command that ignores its signal', async () => {
  const program = `
    import { startTestRealm } from ${JSON.stringify(index)};
    import { createClient } from '@remctl/core';
    import { createPureBackend } from '@remctl/pure-backend';
    const realm = await startTestRealm({ commands: [
      { command: 'stuck', run: () => new Promise(() => {}), access: ['ANYUSER'] } ] });
    realm.useHere();
    const client = await createClient(createPureBackend(), realm.clientOptions());
    client.run(['stuck']).text().catch((error) => console.log(error.code));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const begun = Date.now();
    await realm.dispose();
    process.on('exit', () => console.log(Date.now() - begun < 3000));`;
  const args = ['--input-type=module', '-e', program];
  expect(await run(process.execPath, args, process.env)).toMatchObject({
    status: 0,
    stdout: 'EOF\ntrue\n',
    stderr: '',
  });
});

describe('a start that fails leaves nothing behind', () => {
  const temporary = ownTmpdir();

  test('if the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(startTestRealm({ port })).rejects.toThrow(String(port));
    expect(temporary.files()).toEqual([]);
    other.close();
    await using realm = await startTestRealm({ port });
    expect(realm.name).toBe('REMCTL.TEST');
  });

  test('if a program is missing or not executable', async () => {
    for (const program of ['/nowhere/program', '/etc/passwd']) {
      await expect(startTestRealm({ commands: [{ ...echo, program }] })).rejects.toThrow(program);
    }
    expect(temporary.files()).toEqual([]);
  });

  test('if a realm of the name runs already', async () => {
    await using realm = await startTestRealm({ realm: 'A.TEST' });
    await expect(startTestRealm({ realm: 'A.TEST' })).rejects.toThrow(/A\.TEST runs .* already/);
    expect(temporary.files()).toHaveLength(1);
    expect(existsSync(realm.folder)).toBe(true);
  });

  test('if there is no folder for temporary files', async () => {
    process.env.TMPDIR = join(temporary.path, 'missing');
    await expect(startTestRealm()).rejects.toThrow(/missing/);
    process.env.TMPDIR = temporary.path;
    await using realm = await startTestRealm();
    expect(realm.name).toBe('REMCTL.TEST');
  });
});

describe('a process that forgot to dispose', () => {
  /** Runs a program with a realm, its server and its folder; returns the folder after the end. */
  async function endOf(body: string) {
    const program = `
      import { writeFile } from 'node:fs';
      import { startTestRealm } from ${JSON.stringify(index)};
      import { createClient } from '@remctl/core';
      import { createPureBackend } from '@remctl/pure-backend';
      const realm = await startTestRealm({ commands: [
        { command: 'wait', run: () => new Promise(() => {}), access: ['ANYUSER'] },
        { command: 'x', run: () => 'x', access: ['ANYUSER'] } ] });
      realm.useHere();
      console.log(realm.folder);
      ${body}`;
    const args = ['--input-type=module', '-e', program];
    const ended = await run(process.execPath, args, process.env);
    const folder = ended.stdout.split('\n')[0] ?? '';
    return { ...ended, folder, isLeft: existsSync(folder) };
  }

  test.each([
    ['and has nothing more to do', ''],
    [
      'after a command',
      `await (await createClient(createPureBackend(), realm.clientOptions())).run(['x']).text();`,
    ],
    [
      'while a command runs and a client is open',
      `const client = await createClient(createPureBackend(), realm.clientOptions());
       client.run(['wait']); setTimeout(() => process.exit(0), 100);`,
    ],
    ['and calls process.exit', 'process.exit(0);'],
    [
      'while files are written to the folder',
      `for (let n = 0; n < 3000; n += 1) { writeFile(realm.folder + '/' + n, 'x', () => {}); }
       process.exit(0);`,
    ],
  ])('%s ends, and its folder is gone', async (_, body) => {
    const ended = await endOf(body);
    expect(ended).toMatchObject({ status: 0, stderr: '', isLeft: false });
    expect(ended.folder).toContain('remctl-test-realm-');
  });

  test('and throws ends, and its folder is gone', async () => {
    const ended = await endOf("throw new Error('a bug');");
    expect(ended).toMatchObject({ status: 1, isLeft: false });
  });
});

test('realms come and go without a trace in the process', async () => {
  const before = process.listenerCount('exit');
  for (let round = 0; round < 12; round += 1) {
    await using realm = await startTestRealm();
    expect(realm.name).toBe('REMCTL.TEST');
    expect(process.listenerCount('exit')).toBe(before + 1);
  }
  expect(process.listenerCount('exit')).toBe(before);
});
