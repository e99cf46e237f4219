/** The answer of a run: as tokens, as web streams, whole, interrupted. */
import { describe, expect, test } from 'vitest';
import {
  createClient,
  Remctl,
  RemctlBusyError,
  RemctlNotOpenedError,
  RemctlProtocolError,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import type { ServerToken } from '../../src/tokens.js';
import { ANSWER, REFUSAL, textOf, tokens, tokensOf } from '../support/answers.js';
import { manualBackend, openedClient } from '../support/manual-backend.js';
import { caught, garbageCollector, never, turn } from '../support/waiting.js';

describe('run()', () => {
  test('gives the tokens in order', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    expect(await tokensOf(client.run(['x']))).toEqual(ANSWER);
  });

  test('reads no token before the loop asks for it', async () => {
    const { client, log } = await openedClient({ receive: tokens(...ANSWER) });
    const iterator = client.run(['x'])[Symbol.asyncIterator]();
    await iterator.next();
    await turn();
    expect(log).toEqual(['send x', 'receive']);
  });

  test('holds the bytes for bytes(), not the pieces that they came in', async () => {
    const collectGarbage = garbageCollector();
    const pieces: WeakRef<Uint8Array>[] = [];
    let held: number | undefined;
    const backend = scriptedBackend(async function* (): AsyncGenerator<ServerToken> {
      for (let n = 0; n < 1000; n += 1) {
        const piece = Uint8Array.of(n & 0xff);
        pieces.push(new WeakRef(piece));
        yield { type: 'output', stream: 1, output: piece };
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
      collectGarbage();
      held = pieces.filter((piece) => piece.deref() !== undefined).length;
      yield { type: 'status', status: 0 };
    });
    const client = await createClient(backend, { host: 'anywhere' });
    const { stdout } = await client.run(['x']).bytes();
    expect(stdout).toEqual(Uint8Array.from({ length: 1000 }, (_, n) => n & 0xff));
    expect(held).toBeLessThan(10);
  });

  test('collects both streams and the status for text() and bytes()', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER, ...ANSWER) });
    expect(await client.run(['x']).text()).toEqual({
      stdout: 'out 1\nout 2\n',
      stderr: 'err\n',
      status: 7,
    });
    expect((await client.run(['x']).bytes()).stdout).toBeInstanceOf(Uint8Array);
  });

  test('puts a letter together that was cut in the middle', async () => {
    const [first, second] = [Buffer.from([0xc3]), Buffer.from([0xa9])];
    const { client } = await openedClient({
      receive: tokens(
        { type: 'output', stream: 1, output: first },
        { type: 'output', stream: 1, output: second },
        { type: 'status', status: 0 },
      ),
    });
    expect((await client.run(['x']).text()).stdout).toBe('é');
  });

  test('gives a refusal of the server as a token in a loop, and as an error elsewhere', async () => {
    const { client } = await openedClient({ receive: tokens(REFUSAL, REFUSAL, REFUSAL) });
    const seen = await tokensOf(client.run(['x']));
    expect(seen.map(({ type }) => type)).toEqual(['error']);
    const error = await caught(client.run(['x']).text());
    expect(error).toBeInstanceOf(RemctlProtocolError);
    expect(error).toMatchObject({
      code: 6,
      message: 'Access denied',
      commandState: 'finished',
      name: 'RemctlProtocolError',
    });
    await expect(client.run(['x']).status).rejects.toThrow('Access denied');
  });

  test('gives stdout and stderr as web streams, with the status', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const { stdout, stderr, status } = client.run(['x']);
    expect(await Promise.all([textOf(stdout), textOf(stderr), status])).toEqual([
      'out 1\nout 2\n',
      'err\n',
      7,
    ]);
  });

  test('ends one stream that is read alone', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const run = client.run(['x']);
    expect(await textOf(run.stdout)).toBe('out 1\nout 2\n');
    expect(await run.status).toBe(7);
  });

  test('keeps one stream for later while the other is read to its end', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const { stdout, stderr } = client.run(['x']);
    expect(await textOf(stdout)).toBe('out 1\nout 2\n');
    expect(await textOf(stderr)).toBe('err\n');
  });

  test('reads no token before a stream asks for it', async () => {
    const { client, log } = await openedClient({ receive: tokens(...ANSWER) });
    const run = client.run(['x']);
    const reader = run.stdout.getReader();
    await reader.read();
    await turn();
    expect(log).toEqual(['send x', 'receive']);
  });

  test('fails both streams after a refusal', async () => {
    const { client } = await openedClient({ receive: tokens(REFUSAL) });
    const { stdout, stderr } = client.run(['x']);
    await expect(textOf(stdout)).rejects.toThrow(RemctlProtocolError);
    await expect(textOf(stderr)).rejects.toThrow(RemctlProtocolError);
  });

  test('closes the connection if a stream is cancelled', async () => {
    const { client, log } = await openedClient({ receive: tokens(...ANSWER) });
    const run = client.run(['x']);
    await run.stdout.cancel();
    expect(log.at(-1)).toBe('abort');
    await expect(client.command(['y'])).rejects.toThrow(RemctlNotOpenedError);
  });

  test('reads the answer for status alone', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    expect(await client.run(['x']).status).toBe(7);
  });

  test('refuses to be read a second time', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const run = client.run(['x']);
    await run.text();
    await expect(run.bytes()).rejects.toThrow(RemctlBusyError);
    expect(() => run.stdout).toThrow(RemctlBusyError);
  });

  test('closes the connection if a loop is left early', async () => {
    const { client, log } = await openedClient({ receive: tokens(...ANSWER) });
    for await (const _ of client.run(['x'])) {
      break;
    }
    expect(log).toEqual(['send x', 'receive', 'abort']);
    await expect(client.command(['y'])).rejects.toThrow(/loop over its output was left/);
  });

  test('keeps its tokens from output(), which is refused', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const run = client.run(['x']);
    await expect(client.output()).rejects.toThrow(RemctlBusyError);
    expect((await run.text()).status).toBe(7);
    expect(await client.output()).toEqual({ type: 'done' });
  });

  test('refuses a second run while the first is read, and the first goes on', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const first = client.run(['x']);
    await expect(client.run(['y']).text()).rejects.toThrow(RemctlBusyError);
    expect((await first.text()).status).toBe(7);
  });

  test('throws for bad arguments at once', async () => {
    const { client, log } = await openedClient();
    expect(() => client.run([])).toThrow(RangeError);
    expect(log).toEqual([]);
  });

  test('ends with the reason of an abort between two reads', async () => {
    const { client, log } = await openedClient({ receive: tokens(...ANSWER) });
    const controller = new AbortController();
    const reason = new Error('enough');
    const loop = (async () => {
      for await (const _ of client.run(['x'], { signal: controller.signal })) {
        controller.abort(reason);
      }
    })();
    await expect(loop).rejects.toBe(reason);
    expect(log.at(-1)).toBe('abort');
  });

  test('ends with the reason of an abort while it waits', async () => {
    const { client } = await openedClient({ receive: never });
    const controller = new AbortController();
    const { stdout, status } = client.run(['x'], { signal: controller.signal });
    const reading = textOf(stdout);
    const reason = new Error('enough');
    setImmediate(() => controller.abort(reason));
    await expect(reading).rejects.toBe(reason);
    await expect(status).rejects.toBe(reason);
  });

  test('ends when close() is called between two reads', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const iterator = client.run(['x'])[Symbol.asyncIterator]();
    await iterator.next();
    await client.close();
    await expect(iterator.next()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('ends when open() is called before all of it was read', async () => {
    const { client } = await openedClient({ receive: tokens(...ANSWER) });
    const iterator = client.run(['x'])[Symbol.asyncIterator]();
    await iterator.next();
    await client.open('other', 2);
    await expect(iterator.next()).rejects.toThrow(RemctlNotOpenedError);
    expect(await client.output()).toEqual({ type: 'done' });
  });

  test('has a connection of its own in protocol 1', async () => {
    const receive = tokens(...ANSWER, ...ANSWER);
    const { client, log } = await openedClient({ protocol: 1, receive });
    expect((await client.run(['x']).text()).status).toBe(7);
    expect((await client.run(['x']).text()).status).toBe(7);
    // The first connection was made before the log was emptied.
    expect(log.filter((line) => line === 'connect 9')).toHaveLength(1);
  });

  test('causes no unhandled rejection if nobody reads its failure', async () => {
    const client = new Remctl(manualBackend().backend);
    client.run(['x']);
    await turn();
  });
});
