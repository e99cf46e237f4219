/** Checks of the READMEs: the example runs, and the named tests exist. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRealm } from '@remctl/realm';
import { expect, test } from 'vitest';

const execute = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

test('the example runs with the realm’s names in place of its own', async () => {
  await using realm = await startRealm();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const names = {
    'server.example.org': realm.host,
    '/etc/app.keytab': realm.keytabs.client,
    "'app'": "'alice'",
    '/etc/krb5.keytab': realm.keytabs.server,
  };
  let program = example;
  for (const [theirs, ours] of Object.entries(names)) {
    expect(program).toContain(theirs);
    program = program.replaceAll(theirs, ours);
  }
  // In the package's folder, node finds the built package by its own name.
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', program], {
    cwd: PACKAGE,
    env: realm.env,
  });
  expect(stdout).toBe(`${realm.principals.client} talks to ${realm.principals.server}\nhello\n`);
});

test('the tests that test/README.md names exist', () => {
  const here = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
  const claims = here('README.md')
    .split(/^- /m)
    .flatMap((item) => item.replaceAll(/\s+/g, ' ').split(';'));
  let titles = 0;
  for (const claim of claims) {
    const files = claim.match(/(?:[\w/-]+\.test|support\/[\w-]+)\.ts/g) ?? [];
    const source = files.map(here).join();
    for (const [, title] of claim.matchAll(/"([^"]+)"/g)) {
      expect(source, claim).toContain(title);
      titles += 1;
    }
  }
  expect(titles).toBeGreaterThan(60);
});

test('the tests in the table beside libkrb5 exist', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const table = /## Beside libkrb5\n(.*?)\n## /s.exec(readme)?.[1] ?? '';
  const own = [...table.matchAll(/`([a-z0-9/-]+\/[a-z0-9-]+\.test\.ts)`/g)].map(([, path]) => path);
  const others = [...table.matchAll(/pure-backend’?'?s `([a-z0-9-]+\.test\.ts)`/g)];
  expect(own.length).toBeGreaterThan(20);
  for (const path of own) {
    expect(existsSync(new URL(`../test/${path}`, import.meta.url)), path).toBe(true);
  }
  for (const [, path] of others) {
    const there = new URL(`../../pure-backend/test/${path}`, import.meta.url);
    expect(existsSync(there), path).toBe(true);
  }
});
