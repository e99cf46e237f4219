/** A folder of programs, as commands. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readScriptFolder } from '../../src/command/script-folder.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, mode = 0o755): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

test('a file is a command, a file in a folder a subcommand', async () => {
  const hello = file('hello');
  const show = file('account/show');
  const create = file('account/create');
  const { commands, passedOver } = await readScriptFolder(folder);
  const access = ['ANYUSER'];
  expect(commands).toEqual([
    { command: 'account', subcommand: 'create', program: create, access },
    { command: 'account', subcommand: 'show', program: show, access },
    { command: 'hello', subcommand: undefined, program: hello, access },
  ]);
  expect(passedOver).toEqual([]);
});

test('ALL comes after the subcommands with names, and EMPTY is a name', async () => {
  for (const name of ['account/ALL', 'account/EMPTY', 'account/show', 'ALL']) {
    file(name);
  }
  const { commands } = await readScriptFolder(folder);
  expect(commands.map(({ command, subcommand }) => [command, subcommand])).toEqual([
    ['account', 'EMPTY'],
    ['account', 'show'],
    ['account', 'ALL'],
    ['ALL', undefined],
  ]);
});

test('files that are not executable are named, hidden ones are passed over', async () => {
  file('hello');
  const library = file('account/library.sh', 0o644);
  file('.git/hooks/x');
  file('.hidden');
  const { commands, passedOver } = await readScriptFolder(folder);
  expect(commands.map(({ command }) => command)).toEqual(['hello']);
  expect(passedOver).toEqual([library]);
});

test('a folder without an executable file is an error that says what to do', async () => {
  await expect(readScriptFolder(folder)).rejects.toThrow(/holds no file/);
  const path = file('hello', 0o644);
  await expect(readScriptFolder(folder)).rejects.toThrow(`no executable file: chmod +x ${path}`);
});

test('a folder that is none is an error that says what to do', async () => {
  await expect(readScriptFolder(join(folder, 'missing'))).rejects.toThrow(/there is no folder/);
  await expect(readScriptFolder(file('remctl.conf'))).rejects.toThrow(/--config/);
  file('a/b/c');
  await expect(readScriptFolder(folder)).rejects.toThrow(/no deeper level/);
});
