/** Output that is not read at once: nothing of it is lost, and memory is bounded. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  createClient,
  DEFAULT_MAX_OUTPUT,
  type Remctl,
  RemctlOutputLimitError,
  type RunOptions,
  remctl,
} from '../../src/index.js';
import { keptOutput } from '../../src/run/kept-output.js';
import { scriptedBackend } from '../../src/testing.js';
import type { ServerToken } from '../../src/tokens.js';
import { output, textOf } from '../scripted.js';

const STATUS: ServerToken = { type: 'status', status: 4 };
const PIECE = 'x'.repeat(100);

/** A client whose command writes these, and how many of them were read. */
async function clientOf(tokens: readonly ServerToken[]) {
  const seen = { tokens: 0 };
  const backend = scriptedBackend(function* () {
    for (const token of tokens) {
      seen.tokens += 1;
      yield token;
    }
  });
  return { client: await createClient(backend, { host: 'h' }), seen };
}

const caught = (call: Promise<unknown>) => call.catch((reason: unknown) => reason);
const mixed = (count: number) =>
  Array.from({ length: count }, (_, n) => output(PIECE, n % 2 === 0 ? 1 : 2));

describe('nothing is lost', () => {
  test('standard error that is asked for once standard output has been read', async () => {
    const { client } = await clientOf([output('one'), output('two', 2), output('three'), STATUS]);
    const run = client.run(['x']);
    expect(await textOf(run.stdout)).toBe('onethree');
    expect(await textOf(run.stderr)).toBe('two');
    expect(await run.status).toBe(4);
  });

  test('both streams once the status is known', async () => {
    const { client } = await clientOf([...mixed(1000), STATUS]);
    const run = client.run(['x']);
    expect(await run.status).toBe(4);
    expect(await textOf(run.stderr)).toBe(PIECE.repeat(500));
    expect(await textOf(run.stdout)).toBe(PIECE.repeat(500));
  });

  test('what came before a failure, of a stream that was not being read', async () => {
    const { client } = await clientOf([output('kept', 2), output('x')]);
    const run = client.run(['x']);
    await expect(textOf(run.stdout)).rejects.toThrow(/no status/);
    const reader = run.stderr.getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('kept');
    await expect(reader.read()).rejects.toThrow(/no status/);
    await expect(reader.closed).rejects.toThrow(/no status/);
  });

  test('a byte order mark in text', async () => {
    const { client } = await clientOf([output('\ufefftext'), output('\ufeff', 2), STATUS]);
    expect(await client.run(['x']).text()).toMatchObject({
      stdout: '\ufefftext',
      stderr: '\ufeff',
    });
  });

  test('streams that are read at different speeds', async () => {
    const { client } = await clientOf([...mixed(300), STATUS]);
    const { stdout, stderr } = client.run(['x']);
    const slow = (async () => {
      let text = '';
      for await (const piece of stderr) {
        text += Buffer.from(piece).toString();
        await new Promise(setImmediate);
      }
      return text;
    })();
    expect(await textOf(stdout)).toBe(PIECE.repeat(150));
    expect(await slow).toBe(PIECE.repeat(150));
  });
});

describe('at most maxOutput bytes are kept', () => {
  const MAX = 1000;
  const PIECES = MAX / PIECE.length;

  const uses: Record<string, (client: Remctl, options?: RunOptions) => Promise<unknown>> = {
    'text()': (client, options) => client.run(['x'], options).text(),
    'bytes()': (client, options) => client.run(['x'], options).bytes(),
    status: (client, options) => client.run(['x'], options).status,
    'stdout, beside an unread stderr': (client, options) =>
      textOf(client.run(['x'], options).stdout),
    'stdout, beside a stderr that was asked for': (client, options) => {
      const { stdout, stderr: _ } = client.run(['x'], options);
      return textOf(stdout);
    },
  };

  test.each(Object.keys(uses))('%s: so many bytes do, and one more fails the run', async (name) => {
    const fits = [...Array.from({ length: PIECES }, () => output(PIECE, 2)), STATUS];
    const { client } = await clientOf(fits);
    await uses[name]?.(client, { maxOutput: MAX });
    expect(client.isOpen).toBe(true);

    const more = await clientOf([output('1'), output('2', 2), ...fits]);
    const error = await caught(uses[name]?.(more.client, { maxOutput: MAX }) ?? Promise.resolve());
    expect(error).toBeInstanceOf(RemctlOutputLimitError);
    expect(error).toMatchObject({ limit: MAX, commandState: 'unknown' });
    expect(String(error)).toMatch(/1000 bytes.*maxOutput/);
    expect(more.client.isOpen).toBe(false);
    expect(more.client.commandState).toBe('unknown');
  });

  test("the client's limit holds for its runs, and for remctl()", async () => {
    const backend = scriptedBackend(() => ({ stdout: PIECE.repeat(PIECES + 1) }));
    const client = await createClient(backend, { host: 'h', maxOutput: MAX });
    expect(await caught(client.run(['x']).text())).toBeInstanceOf(RemctlOutputLimitError);
    const call = remctl({ backend, host: 'h', command: ['x'], maxOutput: MAX });
    expect(await caught(call)).toBeInstanceOf(RemctlOutputLimitError);
    expect(DEFAULT_MAX_OUTPUT).toBe(256 * 1024 * 1024);
  });

  test('what is read, or cancelled, or discarded does not count', async () => {
    const long = [...mixed(50 * PIECES), STATUS];
    const options = { maxOutput: MAX };
    const first = await clientOf(long);
    const { stdout, stderr } = first.client.run(['x'], options);
    const [out, err] = await Promise.all([textOf(stdout), textOf(stderr)]);
    expect([out.length, err.length]).toEqual([25 * MAX, 25 * MAX]);

    const second = await clientOf(long);
    const run = second.client.run(['x'], options);
    const wanted = run.stdout;
    await run.stderr.cancel();
    expect((await textOf(wanted)).length).toBe(25 * MAX);
    expect(await run.status).toBe(4);

    const third = await clientOf(long);
    expect(await third.client.run(['x'], options).discard()).toBe(4);
    const fourth = await clientOf(long);
    for await (const _ of fourth.client.run(['x'], options)) {
      // Only reading is wanted.
    }
  });

  test('what was kept up to the limit can still be read', async () => {
    const { client } = await clientOf([...Array.from({ length: 20 }, () => output(PIECE, 2))]);
    const run = client.run(['x'], { maxOutput: MAX });
    await caught(run.status);
    const pieces: Uint8Array[] = [];
    const failure = await (async () => {
      for await (const piece of run.stderr) {
        pieces.push(piece);
      }
    })().catch((error: unknown) => error);
    expect(Buffer.concat(pieces)).toHaveLength(MAX);
    expect(failure).toBeInstanceOf(RemctlOutputLimitError);
  });

  test('Infinity is no bound', async () => {
    const { client } = await clientOf([...mixed(50), STATUS]);
    const { stdout } = await client.run(['x'], { maxOutput: Number.POSITIVE_INFINITY }).text();
    expect(stdout).toHaveLength(25 * PIECE.length);
  });

  test('nothing is read ahead for the sake of what is kept', async () => {
    const { client, seen } = await clientOf([...mixed(10), STATUS]);
    const { stdout, stderr: _ } = client.run(['x']);
    await stdout.getReader().read();
    await new Promise(setImmediate);
    expect(seen.tokens).toBe(1);
  });

  test.each([
    [-1, RangeError],
    [1.5, RangeError],
    [Number.NaN, RangeError],
    [Number.NEGATIVE_INFINITY, RangeError],
    ['1', TypeError],
    [null, TypeError],
  ])('maxOutput %s is refused before anything is sent', async (value, errorClass) => {
    const { client, seen } = await clientOf([STATUS]);
    const maxOutput = value as number;
    if (value !== null) {
      expect(() => client.run(['x'], { maxOutput })).toThrow(errorClass);
    }
    expect(seen.tokens).toBe(0);
  });

  test('small pieces cost about their bytes', () => {
    const kept = keptOutput(DEFAULT_MAX_OUTPUT);
    const before = process.memoryUsage();
    const bytes = 4 * 1024 * 1024;
    for (let n = 0; n < bytes; n += 1) {
      kept.add(1, Uint8Array.of(n));
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(3 * bytes);
    let taken = 0;
    for (let piece = kept.take(1); piece !== undefined; piece = kept.take(1)) {
      expect(piece[0]).toBe(taken & 0xff);
      taken += piece.length;
    }
    expect(taken).toBe(bytes);
  });
});

describe('a run that is left before it is read releases the client', () => {
  const leaves: Record<string, (run: ReturnType<Remctl['run']>) => unknown> = {
    'Readable.from(run).destroy()': (run) => Readable.from(run).destroy(),
    'an iterator that is closed before its first next()': (run) =>
      run[Symbol.asyncIterator]().return?.(),
    'an iterator that is thrown into before its first next()': (run) =>
      run[Symbol.asyncIterator]()
        .throw?.(new Error('x'))
        .catch(() => undefined),
    'a stream that is cancelled before it is read': (run) => run.stdout.cancel(),
    'both streams, cancelled': ({ stdout, stderr }) =>
      Promise.all([stdout.cancel(), stderr.cancel()]),
  };

  test.each(Object.keys(leaves))('%s', async (name) => {
    const { client } = await clientOf([output('x'), STATUS]);
    const run = client.run(['x']);
    await leaves[name]?.(run);
    await new Promise(setImmediate);
    expect(client.isOpen).toBe(false);
    await client.open('h');
    expect(await client.run(['x']).text()).toMatchObject({ stdout: 'x', status: 4 });
    await expect(run.status).rejects.toThrow(/left|cancelled/);
  });

  test('an iterator that was left gives no more', async () => {
    const { client } = await clientOf([output('x'), STATUS]);
    const tokens = client.run(['x'])[Symbol.asyncIterator]();
    expect(await tokens.return?.()).toEqual({ done: true, value: undefined });
    expect(await tokens.next()).toEqual({ done: true, value: undefined });
  });

  test('several tokens can be asked for at once', async () => {
    const { client } = await clientOf([output('x'), output('y'), STATUS]);
    const tokens = client.run(['x'])[Symbol.asyncIterator]();
    const four = await Promise.all([tokens.next(), tokens.next(), tokens.next(), tokens.next()]);
    expect(four.map(({ value }) => value?.type)).toEqual(['output', 'output', 'status', undefined]);
    expect(four[3]).toEqual({ done: true, value: undefined });
  });
});
