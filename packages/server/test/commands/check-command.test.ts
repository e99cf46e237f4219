/** Options of commands that are wrong are errors before the server listens. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerCommand } from '../../src/commands/command.js';
import { prepareCommands } from '../../src/commands/prepare-commands.js';

const run = () => undefined;
const access = ['ANYUSER'];
const program = '/bin/true';
const good = { command: 'a', access, run };
const goodProgram = { command: 'a', access, program };

const prepareAny = (commands: unknown) =>
  prepareCommands({ commands: commands as ServerCommand[], log: () => undefined, keytab: '/x' });

describe('commands', () => {
  it.each<[unknown, typeof TypeError, string]>([
    [undefined, TypeError, 'commands must be an array, not undefined'],
    [{}, TypeError, 'commands must be an array, not a value of type object'],
    [[null], TypeError, 'commands[0] must be an object, not null'],
    [[good, {}], TypeError, 'command of commands[1] must be a string, not undefined'],
    [[{ ...good, command: '' }], RangeError, 'command of commands[0] must not be empty'],
    [[{ ...good, command: 'a\0' }], RangeError, 'must not contain a NUL character'],
    [[{ ...good, command: '\ud800' }], RangeError, 'holds a lone surrogate'],
    [
      [{ ...good, subcommand: '' }],
      RangeError,
      'subcommand of the command "a " must not be empty: write EMPTY',
    ],
    [[{ ...good, subcommand: 1 }], TypeError, 'subcommand of the command "a" must be a string'],
    [[{ command: 'a', run }], TypeError, 'the command "a" has no access: give rules such as'],
    [[{ ...good, access: 'ANYUSER' }], TypeError, "must be a list of rules such as ['ANYUSER']"],
    [[{ ...good, access: [1] }], TypeError, 'access of the command "a"[0] must be a string'],
    [[{ ...good, access: [''] }], RangeError, 'access of the command "a"[0] must not be empty'],
    [
      [{ command: 'a', access }],
      TypeError,
      'must have one of run, a function, and program, a path',
    ],
    [[{ ...good, program }], TypeError, 'must have one of run, a function, and program, a path'],
    [[{ ...good, run: 'x' }], TypeError, 'run of the command "a" must be a function'],
    [[{ ...good, stdin: 'last' }], TypeError, 'stdin is for programs alone'],
    [[{ ...good, user: 'root' }], TypeError, 'user is for programs alone'],
    [[{ ...good, logmsk: [1] }], TypeError, 'there is no option "logmsk": did you mean logmask?'],
    [[{ ...good, logmsk: undefined }], TypeError, 'the command "a": there is no option "logmsk"'],
    [[{ command: 'a', access, handler: run }], TypeError, '"handler": did you mean run?'],
    [[{ name: 'a', access, run }], TypeError, 'commands[0]: there is no option "name"'],
    [[{ ...good, logmask: 1 }], TypeError, 'logmask of the command "a" must be an array'],
    [[{ ...good, logmask: [1, 0] }], RangeError, 'logmask of the command "a" holds 0'],
    [[{ ...good, logmask: ['1'] }], RangeError, 'holds 1: give numbers'],
    [
      [{ ...good, timeout: '1' }],
      TypeError,
      'timeout of the command "a" must be a number of seconds',
    ],
    [[{ ...good, timeout: 0 }], RangeError, 'timeout of the command "a" is 0'],
    [[{ ...good, timeout: Number.NaN }], RangeError, 'is NaN'],
    [[{ ...good, timeout: 3_000_000 }], RangeError, 'up to 2147483'],
    [[{ ...good, help: 1 }], TypeError, 'help of the command "a" must be a text or a function'],
    [
      [{ ...good, summary: null }],
      TypeError,
      'summary of the command "a" must be a text or a function',
    ],
    [[{ ...goodProgram, program: 1 }], TypeError, 'program of the command "a" must be a string'],
    [[{ ...goodProgram, stdin: 0 }], RangeError, "must be 'last' or the number of an argument"],
    [[{ ...goodProgram, stdin: 'first' }], RangeError, 'not "first"'],
    [[{ ...goodProgram, help: run }], TypeError, 'help of the command "a" must be a string'],
    [[{ ...goodProgram, summary: '' }], RangeError, 'summary of the command "a" must not be empty'],
    [[{ ...goodProgram, user: 0 }], TypeError, 'user of the command "a" must be a string'],
    [[{ ...goodProgram, access: ['alice@X'] }], TypeError, 'write "princ:alice@X"'],
  ])('%j', async (commands, errorClass, message) => {
    const preparing = prepareAny(commands);
    await expect(preparing).rejects.toThrow(errorClass);
    await expect(preparing).rejects.toThrow(message);
  });

  it('may have options that are undefined', async () => {
    const options = { subcommand: undefined, help: undefined, stdin: undefined, user: undefined };
    await prepareAny([
      { ...good, ...options },
      { ...goodProgram, ...options, run: undefined },
    ]);
  });
});

describe('a program', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'remctl-program-'));
    const write = (name: string, content: string | Uint8Array, mode: number) => {
      writeFileSync(join(folder, name), content);
      chmodSync(join(folder, name), mode);
    };
    write('no-x', '#!/bin/sh\n', 0o644);
    write('text', 'echo hello\n', 0o755);
    write('empty', '', 0o755);
    write('no-interpreter', '#!/no/such/perl -w\n', 0o755);
    write('empty-interpreter', '#!\n', 0o755);
    write('binary', Buffer.of(0x7f, 0x45, 0, 1), 0o755);
    write('script', '#! /bin/sh -e\n', 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['true', 'program true of the command "a" must be an absolute path'],
    ['@/missing', 'cannot be found (ENOENT): install it, or correct the path'],
    ['@/no-x/below', 'cannot be found (ENOTDIR)'],
    ['@', 'is a folder: give a program'],
    ['/dev/null', 'is no file'],
    ['@/no-x', 'is not executable by this user: try chmod +x'],
    ['@/text', 'is a text without an interpreter'],
    ['@/empty', 'is a text without an interpreter'],
    ['@/no-interpreter', 'names the interpreter "/no/such/perl", which cannot be executed'],
    ['@/empty-interpreter', 'names the interpreter ""'],
  ])('%s is refused', async (path, message) => {
    const file = path.replace('@', folder);
    await expect(prepareAny([{ ...goodProgram, program: file }])).rejects.toThrow(message);
  });

  it.each(['@/binary', '@/script', '/bin/true'])('%s is taken', async (path) => {
    await prepareAny([{ ...goodProgram, program: path.replace('@', folder) }]);
  });
});
