/** Unread output: none is lost, and memory is bounded. */
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
import { scriptedBackend } from '../../src/testing/index.js';
import type { ServerToken } from '../../src/tokens.js';
import { output, textOf, tokensOf } from '../support/answers.js';
import { countedClient } from '../support/counted-client.js';
import { caught, turn } from '../support/waiting.js';

const STATUS: ServerToken = { type: 'status', status: 4 };
const PIECE = 'x'.repeat(100);

/** Makes output tokens, in turn for standard output and standard error. */
const mixed = (count: number) =>
  Array.from({ length: count }, (_, n) => output(PIECE, n % 2 === 0 ? 1 : 2));

describe('a run', () => {
  test('keeps standard error for a reader that comes after standard output was read', async () => {
    const { client } = await countedClient([
      output('one'),
      output('two', 2),
      output('three'),
      STATUS,
    ]);
    const run = client.run(['x']);
    expect(await textOf(run.stdout)).toBe('onethree');
    expect(await textOf(run.stderr)).toBe('two');
    expect(await run.status).toBe(4);
  });

  test('keeps both streams for readers that come after the status', async () => {
    const { client } = await countedClient([...mixed(1000), STATUS]);
    const run = client.run(['x']);
    expect(await run.status).toBe(4);
    expect(await textOf(run.stderr)).toBe(PIECE.repeat(500));
    expect(await textOf(run.stdout)).toBe(PIECE.repeat(500));
  });

  test('keeps the output before a failure for the stream that was not being read', async () => {
    const { client } = await countedClient([output('kept', 2), output('x')]);
    const run = client.run(['x']);
    await expect(textOf(run.stdout)).rejects.toThrow(/no status/);
    const reader = run.stderr.getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('kept');
    await expect(reader.read()).rejects.toThrow(/no status/);
    await expect(reader.closed).rejects.toThrow(/no status/);
  });

  test('keeps a byte order mark in its text', async () => {
    const { client } = await countedClient([output('\ufefftext'), output('\ufeff', 2), STATUS]);
    expect(await client.run(['x']).text()).toMatchObject({
      stdout: '\ufefftext',
      stderr: '\ufeff',
    });
  });

  test('keeps output for the slower of two readers', async () => {
    const { client } = await countedClient([...mixed(300), STATUS]);
    const { stdout, stderr } = client.run(['x']);
    const slow = (async () => {
      let text = '';
      for await (const piece of stderr) {
        text += Buffer.from(piece).toString();
        await turn();
      }
      return text;
    })();
    expect(await textOf(stdout)).toBe(PIECE.repeat(150));
    expect(await slow).toBe(PIECE.repeat(150));
  });
});

describe('maxOutput', () => {
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

  test.each(Object.keys(uses))(
    'lets %s keep this many bytes, and fails the run at one more',
    async (name) => {
      const fits = [...Array.from({ length: PIECES }, () => output(PIECE, 2)), STATUS];
      const { client } = await countedClient(fits);
      await uses[name]?.(client, { maxOutput: MAX });
      expect(client.isOpen).toBe(true);

      const more = await countedClient([output('1'), output('2', 2), ...fits]);
      const error = await caught(
        uses[name]?.(more.client, { maxOutput: MAX }) ?? Promise.resolve(),
      );
      expect(error).toBeInstanceOf(RemctlOutputLimitError);
      expect(error).toMatchObject({ limit: MAX, commandState: 'unknown' });
      expect(String(error)).toMatch(/1000 bytes.*maxOutput/);
      expect(more.client.isOpen).toBe(false);
      expect(more.client.commandState).toBe('unknown');
    },
  );

  test('holds for the runs of a client that has it, and for remctl()', async () => {
    const backend = scriptedBackend(() => ({ stdout: PIECE.repeat(PIECES + 1) }));
    const client = await createClient(backend, { host: 'h', maxOutput: MAX });
    expect(await caught(client.run(['x']).text())).toBeInstanceOf(RemctlOutputLimitError);
    const call = remctl({ backend, host: 'h', command: ['x'], maxOutput: MAX });
    expect(await caught(call)).toBeInstanceOf(RemctlOutputLimitError);
    expect(DEFAULT_MAX_OUTPUT).toBe(256 * 1024 * 1024);
  });

  test('does not count output that is read, cancelled or discarded', async () => {
    const long = [...mixed(50 * PIECES), STATUS];
    const options = { maxOutput: MAX };
    const first = await countedClient(long);
    const { stdout, stderr } = first.client.run(['x'], options);
    const [out, err] = await Promise.all([textOf(stdout), textOf(stderr)]);
    expect([out.length, err.length]).toEqual([25 * MAX, 25 * MAX]);

    const second = await countedClient(long);
    const run = second.client.run(['x'], options);
    const wanted = run.stdout;
    await run.stderr.cancel();
    expect((await textOf(wanted)).length).toBe(25 * MAX);
    expect(await run.status).toBe(4);

    const third = await countedClient(long);
    expect(await third.client.run(['x'], options).discard()).toBe(4);
    const fourth = await countedClient(long);
    await tokensOf(fourth.client.run(['x'], options));
  });

  test('leaves the output that was kept up to the limit readable', async () => {
    const { client } = await countedClient([...Array.from({ length: 20 }, () => output(PIECE, 2))]);
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

  test('sets no limit if it is Infinity', async () => {
    const { client } = await countedClient([...mixed(50), STATUS]);
    const { stdout } = await client.run(['x'], { maxOutput: Number.POSITIVE_INFINITY }).text();
    expect(stdout).toHaveLength(25 * PIECE.length);
  });

  test('causes no reading ahead', async () => {
    const { client, seen } = await countedClient([...mixed(10), STATUS]);
    const { stdout, stderr: _ } = client.run(['x']);
    await stdout.getReader().read();
    await turn();
    expect(seen.tokens).toBe(1);
  });

  test.each([
    [-1, RangeError],
    [1.5, RangeError],
    [Number.NaN, RangeError],
    [Number.NEGATIVE_INFINITY, RangeError],
    ['1', TypeError],
    [null, TypeError],
  ])('is refused before anything is sent if it is %s', async (value, errorClass) => {
    const { client, seen } = await countedClient([STATUS]);
    const maxOutput = value as number;
    if (value !== null) {
      expect(() => client.run(['x'], { maxOutput })).toThrow(errorClass);
    }
    expect(seen.tokens).toBe(0);
  });

  test('small pieces take little more memory than their bytes', () => {
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
