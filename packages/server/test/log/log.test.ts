/** Lines of the log, beside the real remctld's. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ProgramCommand } from '../../src/commands/command.js';
import { formatLogRecord, type LogRecord } from '../../src/index.js';
import { guardedLog } from '../../src/log/guarded-log.js';
import { logText } from '../../src/log/stderr-log.js';
import { startReal } from '../support/real-remctld.js';
import { prepare } from '../support/run-command.js';
import { useRealm } from '../support/use-realm.js';

const client = { address: '192.0.2.1', principal: 'jdoe@EXAMPLE.ORG' };

describe('the lines of commands and refusals', () => {
  const realm = useRealm();
  beforeAll(() => realm.useHere());

  it("are the real remctld's", async () => {
    const program = '/bin/true';
    const access = ['ANYUSER'];
    const commands: ProgramCommand[] = [
      { command: 'plain', program, access },
      { command: 'masked', program, access, logmask: [4, 1, 3] },
      { command: 'last', program, access, stdin: 'last', help: 'h' },
      { command: 'second', program, access, stdin: 2, logmask: [2, 3] },
      { command: 'refused', program, access: ['princ:nobody'] },
    ];
    const lines = commands.map(({ command, access: rules, logmask, stdin, help }) => {
      const options = Object.entries({ logmask, stdin, help })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${value}`);
      return [command, 'ALL', program, ...options, ...(rules as string[])].join(' ');
    });
    const { run, records } = await prepare(commands);
    await using real = await startReal(realm, `${lines.join('\n')}\n`);
    for (const command of [
      ['plain'],
      ['plain', ''],
      ['plain', 'sub', 'a b', 'tab\tand\x01\x1b[m\x7f\r\n'],
      ['plain', 'sub', 'a\0'],
      ['plain\0'],
      ['plain', '\0'],
      ['masked'],
      ['masked', 'a', 'b', 'c', 'd', 'e'],
      ['last'],
      ['last', 'a'],
      ['last', 'a', 'b', 'c'],
      ['second', 'a', 'b', 'c', 'd'],
      ['refused'],
      ['refused', 'sub', 'a'],
      ['unknown'],
      ['unknown', 'sub', 'x'],
      ['help'],
      ['help', 'plain'],
      ['help', 'refused', 'x'],
      ['help', 'unknown'],
      ['help', 'last', 'x'],
    ]) {
      await run(...command);
      await real.run(...command);
    }
    const theirs = readFileSync(real.log, 'latin1')
      .split('\n')
      .filter((line) => / from |access denied/.test(line))
      .map((line) => line.replace('remctld: ', ''));
    expect(records.map(formatLogRecord)).toEqual(theirs);
  });
});

describe('a line', () => {
  it.each<[LogRecord, string]>([
    [
      { type: 'command', ...client, command: ['a', 'é\n\u2028\u202e\x9b'] },
      'COMMAND from jdoe@EXAMPLE.ORG: a é....',
    ],
    [{ type: 'refused', ...client, code: 5, reason: 'unknown command\nx' }, 'unknown command.x'],
    [
      {
        type: 'failed',
        ...client,
        command: ['a', 'b'],
        reason: 'its function threw an error',
        error: new Error('x'),
      },
      'command from jdoe@EXAMPLE.ORG failed: its function threw an error: a b',
    ],
    [
      { type: 'connection', ...client, reason: 'error receiving token: timed out' },
      'error receiving token: timed out (client 192.0.2.1, jdoe@EXAMPLE.ORG)',
    ],
    [
      { type: 'connection', address: '192.0.2.1', reason: 'token too large' },
      'token too large (client 192.0.2.1)',
    ],
    [{ type: 'server', reason: 'the keytab is missing' }, 'the keytab is missing'],
  ])('of %j', (record, line) => {
    expect(formatLogRecord(record)).toBe(line);
  });

  it('holds 8,192 bytes of arguments at most', async () => {
    const { run, records } = await prepare([{ command: 'a', access: [], run: () => undefined }]);
    await run('a', 'sub', 'x'.repeat(100_000), 'y');
    expect(records[0]).toMatchObject({
      command: ['a', 'sub', `${'x'.repeat(8_188)}[100000 bytes]`, '[1 bytes]'],
    });
  });

  it('masks the subcommand in a refusal too, unlike remctld', async () => {
    const { run, records } = await prepare([
      { command: 'a', access: [], logmask: [1], run: () => undefined },
    ]);
    await run('a', 'secret');
    expect(records.map(formatLogRecord).join()).not.toContain('secret');
  });
});

describe('the log on standard error', () => {
  const time = new Date('2026-01-02T03:04:05.678Z');

  it('has the time, and the stacks of an error and its cause', () => {
    const error = new Error('outer\x1b', { cause: new TypeError('inner') });
    const text = logText(
      { type: 'failed', ...client, command: ['a'], reason: 'it failed', error },
      time,
    );
    expect(text).toMatch(
      /^2026-01-02T03:04:05\.678Z command from jdoe@EXAMPLE\.ORG failed: it failed: a\n {4}Error: outer\.\n {8}at /,
    );
    expect(text).toContain('\n    caused by: TypeError: inner\n        at ');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('has one line for a command', () => {
    expect(logText({ type: 'command', ...client, command: ['a', 'b'] }, time)).toBe(
      '2026-01-02T03:04:05.678Z COMMAND from jdoe@EXAMPLE.ORG: a b\n',
    );
  });
});

describe('a log that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('and %s harms no command', async (_how, log) => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    guardedLog(log as () => void)({ type: 'server', reason: 'x' });
    await new Promise(setImmediate);
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining('disk full'));
    warnings.mockRestore();
  });
});
