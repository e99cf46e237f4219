/** Functions as commands. */
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { ErrorCode } from '@remctl/core';
import { describe, expect, it, vi } from 'vitest';
import type {
  CommandFunction,
  CommandRequest,
  FunctionCommand,
} from '../../src/commands/command.js';
import { ALICE, memoryReply, prepare } from '../support/run-command.js';

const internal = { error: [ErrorCode.ERROR_INTERNAL, 'Internal failure'] };

function withFunction(run: CommandFunction, options: Partial<FunctionCommand> = {}) {
  return prepare([{ command: 'test', access: ['ANYUSER'], run, ...options }]);
}

/** Runs `test` for a client that goes away once the function says so. */
async function runAndLeave(
  run: (request: CommandRequest, leave: () => void) => ReturnType<CommandFunction>,
) {
  const gone = new AbortController();
  const reason = new Error('the client went away');
  const { execute, records } = await withFunction((request) =>
    run(request, () => gone.abort(reason)),
  );
  const reply = memoryReply();
  await execute(ALICE, [Buffer.from('test')], reply, gone.signal);
  return { answer: reply.answer(), records, reason };
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
    ['a stream', () => new PassThrough().end('streamed'), { stdout: 'streamed', status: 0 }],
  ])('may be %s', async (_what, run, answer) => {
    const { run: runs } = await withFunction(run);
    expect(await runs('test')).toMatchObject(answer);
  });

  it.each<[string, unknown]>([
    ['a status of 300', 300],
    ['a negative status', -1],
    ['a status of 1.5', 1.5],
    ['not a number', Number.NaN],
    ['null', null],
    ['true', true],
    ['an object', { status: 0 }],
    ['an array', ['text']],
  ])('may not be %s', async (_what, result) => {
    const { run, records } = await withFunction((() => result) as CommandFunction);
    expect(await run('test')).toMatchObject(internal);
    expect(records.at(-1)).toMatchObject({ type: 'failed', command: ['test'] });
  });

  it.each<[string, unknown]>([
    ['a number', 1],
    ['an unknown stream', { stream: 3, output: 'x' }],
    ['an object without output', { stream: 1 }],
    ['nothing', undefined],
  ])('may yield no piece that is %s', async (_what, piece) => {
    let returned = false;
    const { run, records } = await withFunction(async function* () {
      try {
        yield 'before';
        yield piece as string;
      } finally {
        returned = true;
      }
    });
    expect(await run('test')).toMatchObject({ stdout: 'before', ...internal });
    expect(records.at(-1)).toMatchObject({ type: 'failed', error: expect.any(TypeError) });
    expect(returned).toBe(true);
  });
});

describe('what a function gets', () => {
  it('are the arguments as bytes, with NUL bytes behind the subcommand, and the client', async () => {
    let got: CommandRequest | undefined;
    const { run, records } = await withFunction((request) => {
      got = request;
    });
    await run('test', 'sub', Buffer.of(0, 0xff), '');
    const { command, principal, address, expires, signal } = got as CommandRequest;
    expect(command.map((each) => Buffer.from(each).toString('latin1'))).toEqual([
      'test',
      'sub',
      '\0\xff',
      '',
    ]);
    expect({ principal, address, expires }).toEqual(ALICE);
    expect(signal.aborted).toBe(false);
    expect(records).toMatchObject([{ type: 'command', command: ['test', 'sub', '..', ''] }]);
  });

  it('has its signal in a copy, too', async () => {
    let copy: CommandRequest | undefined;
    await runAndLeave((request, leave) => {
      copy = { ...request };
      leave();
    });
    expect(copy?.signal.aborted).toBe(true);
  });

  it('are no NUL bytes in the command and the subcommand', async () => {
    const { run } = await withFunction(() => 'no');
    const bad = { error: [ErrorCode.ERROR_BAD_COMMAND, 'Invalid command token'] };
    expect(await run('test\0')).toMatchObject(bad);
    expect(await run('test', 'sub\0')).toMatchObject(bad);
  });
});

describe('what a function writes', () => {
  it('comes in order, before its status', async () => {
    const { run } = await withFunction(async ({ stdout, stderr }) => {
      void stdout.write('a');
      void stderr.write('b');
      await stdout.write(Buffer.from('c'));
      void stdout.write('');
      void stdout.write('d');
      return 'e';
    });
    expect(await run('test')).toEqual({ stdout: 'acde', stderr: 'b', status: 0 });
  });

  it('waits for a slow client', async () => {
    const events: string[] = [];
    const { execute } = await withFunction(async ({ stdout }) => {
      for (const piece of ['1', '2', '3']) {
        events.push(`writes ${piece}`);
        await stdout.write(piece);
      }
    });
    const reply = memoryReply(async () => {
      events.push('client takes');
      await sleep(5);
      events.push('client took');
    });
    await execute(ALICE, [Buffer.from('test')], reply, new AbortController().signal);
    const each = (piece: number) => [`writes ${piece}`, 'client takes', 'client took'];
    expect(events).toEqual([...each(1), ...each(2), ...each(3)]);
  });

  it('is refused after the function has returned', async () => {
    let late: Promise<void> | undefined;
    let write: (() => Promise<void>) | undefined;
    const { run } = await withFunction(({ stdout }) => {
      write = () => stdout.write('late');
      setImmediate(() => {
        late = write?.();
      });
      return 1;
    });
    expect(await run('test')).toMatchObject({ stdout: '', status: 1 });
    await sleep(5);
    await expect(late).rejects.toThrow('the command has ended');
    await expect(write?.()).rejects.toThrow('the command has ended');
  });

  it.each([[1], [null], [{}], [undefined]])('may not be %j', async (output) => {
    const { run, records } = await withFunction(({ stdout }) => stdout.write(output as never));
    expect(await run('test')).toMatchObject(internal);
    expect(records.at(-1)).toMatchObject({ error: expect.any(TypeError) });
  });
});

describe('a function that throws', () => {
  it.each<[string, CommandFunction]>([
    [
      'at once',
      () => {
        throw new Error('secret');
      },
    ],
    ['later', () => Promise.reject(new Error('secret'))],
    [
      'while it yields',
      async function* () {
        yield 'out';
        throw new Error('secret');
      },
    ],
  ])('%s is logged, and its text stays in the server', async (_when, run) => {
    const { run: runs, records } = await withFunction(run);
    expect(await runs('test', 'a')).toMatchObject(internal);
    expect(records).toMatchObject([
      { type: 'command' },
      {
        type: 'failed',
        command: ['test', 'a'],
        error: { message: 'secret' },
        principal: ALICE.principal,
      },
    ]);
  });

  it('keeps arguments that the log masks out of the log', async () => {
    const { run, records } = await withFunction(
      ({ command }) => {
        const cause = { password: String(command[2]) };
        throw new Error(`cannot set ${command[2]}`, { cause });
      },
      { logmask: [2, 3] },
    );
    expect(await run('test', 'password', 'hunter2', '')).toMatchObject(internal);
    const [command, failed] = records;
    expect(command).toMatchObject({ command: ['test', 'password', '**MASKED**', '**MASKED**'] });
    expect(failed).toMatchObject({ error: { message: 'cannot set **MASKED**' } });
    expect(
      JSON.stringify(failed, Object.getOwnPropertyNames((failed as { error: object }).error)),
    ).not.toContain('hunter2');
  });

  it('sends the output before', async () => {
    const { run } = await withFunction(async ({ stdout }) => {
      await stdout.write('some');
      throw new Error();
    });
    expect(await run('test')).toMatchObject({ stdout: 'some', ...internal });
  });
});

describe('a client that goes away', () => {
  it('aborts the signal with its reason, and refuses output', async () => {
    let refused: unknown;
    const { answer, records, reason } = await runAndLeave(async ({ signal, stdout }, leave) => {
      leave();
      expect(signal.aborted).toBe(true);
      refused = await stdout.write('x').catch((error: unknown) => error);
      throw refused;
    });
    expect(refused).toBe(reason);
    expect(answer).toEqual({ stdout: '', stderr: '' });
    expect(records.map(({ type }) => type)).toEqual(['command']);
  });

  it('does no harm to a function that does not await its output', async () => {
    const rejections: unknown[] = [];
    const onRejection = (error: unknown) => rejections.push(error);
    process.on('unhandledRejection', onRejection);
    await runAndLeave(async ({ stdout }, leave) => {
      leave();
      void stdout.write('x');
    });
    await sleep(5);
    process.off('unhandledRejection', onRejection);
    expect(rejections).toEqual([]);
  });

  it('does not wait for ever for a function that ignores its signal', async () => {
    vi.useFakeTimers();
    try {
      let settled = false;
      const running = runAndLeave((_request, leave) => {
        leave();
        return new Promise(() => undefined);
      });
      void running.then(() => {
        settled = true;
      });
      await vi.advanceTimersByTimeAsync(4_999);
      expect(settled).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect((await running).answer).toEqual({ stdout: '', stderr: '' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends an async generator where it stands', async () => {
    let returned = false;
    const { answer } = await runAndLeave(async function* (_request, leave) {
      try {
        yield 'one';
        leave();
        yield 'two';
        yield 'three';
      } finally {
        returned = true;
      }
    });
    expect(returned).toBe(true);
    expect(answer).toEqual({ stdout: 'one', stderr: '' });
  });

  it('returns an iterator that waits', async () => {
    let returned = 0;
    await runAndLeave((_request, leave) => {
      let end: ((result: IteratorResult<string>) => void) | undefined;
      return {
        [Symbol.asyncIterator]: () => ({
          next() {
            setImmediate(leave);
            return new Promise<IteratorResult<string>>((resolve) => {
              end = resolve;
            });
          },
          async return() {
            returned += 1;
            end?.({ done: true, value: undefined });
            return { done: true, value: undefined };
          },
        }),
      };
    });
    expect(returned).toBe(1);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('does no harm through an iterator whose return %s', async (_what, onReturn) => {
    const { answer } = await runAndLeave((_request, leave) => ({
      [Symbol.asyncIterator]: () => ({
        async next() {
          leave();
          return { done: false, value: 'x' };
        },
        return: onReturn,
      }),
    }));
    expect(answer).toEqual({ stdout: '', stderr: '' });
  });

  it('destroys a stream that waits for its source', async () => {
    const stream = new PassThrough();
    stream.write('first');
    await runAndLeave((_request, leave) => {
      stream.once('data', () => setImmediate(leave));
      return stream;
    });
    expect(stream.destroyed).toBe(true);
  });
});

describe('a time-out', () => {
  const timedOut = { error: [ErrorCode.ERROR_INTERNAL, 'Command timed out'] };

  it('answers, aborts the signal, and leaves the function behind', async () => {
    let signal: AbortSignal | undefined;
    let refused: unknown;
    let go: (() => void) | undefined;
    const { run, records } = await withFunction(
      async (request) => {
        signal = request.signal;
        await request.stdout.write('before ');
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        refused = await request.stdout.write('after').catch((error: unknown) => error);
        throw new Error('late');
      },
      { timeout: 0.02 },
    );
    expect(await run('test')).toMatchObject({ stdout: 'before ', ...timedOut });
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError' });
    expect(records.at(-1)).toMatchObject({
      type: 'failed',
      reason: 'it took longer than its time-out of 0.02 seconds',
    });
    go?.();
    await sleep(5);
    expect(refused).toMatchObject({ name: 'TimeoutError' });
    expect(records).toHaveLength(2);
  });

  it('does not concern a function that ends before', async () => {
    const { run } = await withFunction(async () => 'done', { timeout: 30 });
    expect(await run('test')).toMatchObject({ stdout: 'done', status: 0 });
  });
});

describe('help and summary', () => {
  const commands: FunctionCommand[] = [
    {
      command: 'a',
      access: ['ANYUSER'],
      run: () => undefined,
      help: 'a helps\n',
      summary: ({ command }) => `summary for ${command}\n`,
    },
    {
      command: 'b',
      access: ['princ:nobody'],
      run: () => undefined,
      help: 'secret',
      summary: 'secret',
    },
    {
      command: 'c',
      access: () => true,
      run: () => undefined,
      help: ({ command }) => `${command.length}`,
    },
    {
      command: 'd',
      access: ['ANYUSER'],
      run: () => undefined,
      summary: async function* () {
        yield 'd';
        return 4;
      },
    },
  ];

  it.each<[readonly string[], object]>([
    [['help'], { stdout: 'summary for help\nd', status: 4 }],
    [['help', 'a'], { stdout: 'a helps\n', status: 0 }],
    [['help', 'a', 'x'], { stdout: 'a helps\n', status: 0 }],
    [['help', 'b'], { error: [ErrorCode.ERROR_ACCESS, 'Access denied'] }],
    [['help', 'c', 'x'], { stdout: '3', status: 0 }],
    [['help', 'd'], { error: [ErrorCode.ERROR_NO_HELP, 'No help defined for command'] }],
    [['help', 'a', 'x', 'y'], { error: [7, 'Too many arguments for help command'] }],
    [['help', 'e'], { error: [ErrorCode.ERROR_UNKNOWN_COMMAND, 'Unknown command'] }],
  ])('%j', async (command, answer) => {
    const { run } = await prepare(commands);
    expect(await run(...command)).toMatchObject(answer);
  });

  it('go on after a summary that throws, which counts as one that a signal ends', async () => {
    const { run, records } = await prepare([
      {
        ...(commands[0] as FunctionCommand),
        summary: () => {
          throw new Error();
        },
      },
      { ...(commands[0] as FunctionCommand), summary: 'more' },
    ]);
    expect(await run('help')).toMatchObject({ stdout: 'more', status: 255 });
    expect(records).toMatchObject([{ type: 'failed', command: ['help'] }]);
  });
});

describe('what a function may throw', () => {
  it.each<[string, (secret: string) => unknown]>([
    ['an object without a prototype', (secret) => Object.assign(Object.create(null), { secret })],
    [
      'an object that cannot be looked at',
      () => ({
        [inspect.custom]() {
          throw new Error('no');
        },
      }),
    ],
  ])('%s, beside a masked argument', async (_what, thrown) => {
    const { run, records } = await withFunction(
      ({ command }) => {
        throw thrown(String(command[1]));
      },
      { logmask: [1] },
    );
    expect(await run('test', 'hunter2')).toMatchObject(internal);
    expect(records.at(-1)).toMatchObject({ type: 'failed', error: expect.any(Error) });
    expect(inspect(records, { depth: null })).not.toContain('hunter2');
  });
});

it('a stream that a function returns after its client has gone is destroyed', async () => {
  const stream = new PassThrough();
  await runAndLeave(async (_request, leave) => {
    leave();
    await sleep(1);
    return stream;
  });
  expect(stream.destroyed).toBe(true);
});

it('a stream that fails after its client has gone is heard, and does not end the process', async () => {
  const stream = createReadStream('/no/such/file');
  await runAndLeave(async (_request, leave) => {
    leave();
    return stream;
  });
  await sleep(20);
  expect(stream.closed).toBe(true);
});
