/** Functions as commands. */
import { ErrorCode } from '@remctl/core';
import { describe, expect, it } from 'vitest';
import type { CommandFunction } from '../../src/commands/command.js';
import { prepare } from '../support/run-command.js';

const internal = { error: [ErrorCode.ERROR_INTERNAL, 'Internal failure'] };

function withFunction(run: CommandFunction) {
  return prepare([{ command: 'test', access: ['ANYUSER'], run }]);
}

describe('what a function returns', () => {
  it.each<[string, CommandFunction, object]>([
    ['nothing', () => undefined, { stdout: '', status: 0 }],
    ['a status', () => 7, { stdout: '', status: 7 }],
    [
      'a text',
      async () => 'grüezi',
      { stdout: Buffer.from('grüezi').toString('latin1'), status: 0 },
    ],
    ['bytes', () => Buffer.of(0xff, 0), { stdout: '\xff\0', status: 0 }],
    [
      'an async iterable',
      async function* () {
        yield 'one ';
        yield { stream: 2, output: 'two' };
        yield Buffer.from('three');
      },
      { stdout: 'one three', stderr: 'two', status: 0 },
    ],
    [
      'an async generator that returns a status',
      async function* () {
        yield 'no';
        return 3;
      },
      { stdout: 'no', status: 3 },
    ],
  ])('may be %s', async (_what, run, answer) => {
    const { run: runs } = await withFunction(run);
    expect(await runs('test')).toMatchObject(answer);
  });

  it.each<[string, unknown]>([
    ['a status of 300', 300],
    ['a negative status', -1],
    ['a status of 1.5', 1.5],
    ['null', null],
    ['an object', { status: 0 }],
    ['an array', ['text']],
  ])('may not be %s', async (_what, result) => {
    const { run, records } = await withFunction((() => result) as CommandFunction);
    expect(await run('test')).toMatchObject(internal);
    expect(records.at(-1)).toMatchObject({ type: 'failed', command: ['test'] });
  });
});
