/** A run's answer: as tokens, as web streams, whole, interrupted. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  createClient,
  Remctl,
  RemctlBusyError,
  RemctlNotOpenedError,
  RemctlProtocolError,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing.js';
import type { ServerToken } from '../../src/tokens.js';
import { manualBackend, never, output, REFUSAL, textOf, tokens } from '../scripted.js';

const answer: ServerToken[] = [
  output('out 1\n'),
  output('err\n', 2),
  output('out 2\n'),
  { type: 'status', status: 7 },
];
async function opened(list: ServerToken[]) {
  const manual = manualBackend();
  manual.on({ receive: tokens(...list) });
  const client = new Remctl(manual.backend);
  await client.open('h', 1);
  manual.log.length = 0;
  return { client, ...manual };
}

describe('run()', () => {
  test('gives the tokens in order', async () => {
    const { client } = await opened(answer);
    const seen: ServerToken[] = [];
    for await (const token of client.run(['x'])) {
      seen.push(token);
    }
    expect(seen).toEqual(answer);
  });

  test('reads no further than it is consumed', async () => {
    const { client, log } = await opened(answer);
    const tokens = client.run(['x'])[Symbol.asyncIterator]();
    await tokens.next();
    await new Promise(setImmediate);
    expect(log).toEqual(['send x', 'receive']);
  });

  test('bytes() holds octets, not the pieces that they came in', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
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

  test('text() and bytes() collect both streams and the status', async () => {
    const { client } = await opened([...answer, ...answer]);
    expect(await client.run(['x']).text()).toEqual({
      stdout: 'out 1\nout 2\n',
      stderr: 'err\n',
      status: 7,
    });
    expect((await client.run(['x']).bytes()).stdout).toBeInstanceOf(Uint8Array);
  });

  test('text that is cut in the middle of a letter is put together', async () => {
    const [first, second] = [Buffer.from([0xc3]), Buffer.from([0xa9])];
    const { client } = await opened([
      { type: 'output', stream: 1, output: first },
      { type: 'output', stream: 1, output: second },
      { type: 'status', status: 0 },
    ]);
    expect((await client.run(['x']).text()).stdout).toBe('é');
  });

  test("the server's refusal is a token in a loop, an error elsewhere", async () => {
    const { client } = await opened([REFUSAL, REFUSAL, REFUSAL]);
    const seen: string[] = [];
    for await (const token of client.run(['x'])) {
      seen.push(token.type);
    }
    expect(seen).toEqual(['error']);
    const error = await client
      .run(['x'])
      .text()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemctlProtocolError);
    expect(error).toMatchObject({
      code: 6,
      message: 'Access denied',
      commandState: 'finished',
      name: 'RemctlProtocolError',
    });
    await expect(client.run(['x']).status).rejects.toThrow('Access denied');
  });

  test('stdout and stderr as web streams, with the status', async () => {
    const { client } = await opened(answer);
    const { stdout, stderr, status } = client.run(['x']);
    expect(await Promise.all([textOf(stdout), textOf(stderr), status])).toEqual([
      'out 1\nout 2\n',
      'err\n',
      7,
    ]);
  });

  test('one stream alone ends too', async () => {
    const { client } = await opened(answer);
    const run = client.run(['x']);
    expect(await textOf(run.stdout)).toBe('out 1\nout 2\n');
    expect(await run.status).toBe(7);
  });

  test('reading one stream to its end keeps the other for later', async () => {
    const { client } = await opened(answer);
    const { stdout, stderr } = client.run(['x']);
    expect(await textOf(stdout)).toBe('out 1\nout 2\n');
    expect(await textOf(stderr)).toBe('err\n');
  });

  test('the streams read no further than they are consumed', async () => {
    const { client, log } = await opened(answer);
    const run = client.run(['x']);
    const reader = run.stdout.getReader();
    await reader.read();
    await new Promise(setImmediate);
    expect(log).toEqual(['send x', 'receive']);
  });

  test('a refusal fails the streams', async () => {
    const { client } = await opened([REFUSAL]);
    const { stdout, stderr } = client.run(['x']);
    await expect(textOf(stdout)).rejects.toThrow(RemctlProtocolError);
    await expect(textOf(stderr)).rejects.toThrow(RemctlProtocolError);
  });

  test('cancelling the streams closes the connection', async () => {
    const { client, log } = await opened(answer);
    const run = client.run(['x']);
    await run.stdout.cancel();
    expect(log.at(-1)).toBe('abort');
    await expect(client.command(['y'])).rejects.toThrow(RemctlNotOpenedError);
  });

  test('status alone reads the answer', async () => {
    const { client } = await opened(answer);
    expect(await client.run(['x']).status).toBe(7);
  });

  test('the answer can be read once', async () => {
    const { client } = await opened(answer);
    const run = client.run(['x']);
    await run.text();
    await expect(run.bytes()).rejects.toThrow(RemctlBusyError);
    expect(() => run.stdout).toThrow(RemctlBusyError);
  });

  test('leaving the loop early closes the connection', async () => {
    const { client, log } = await opened(answer);
    for await (const _ of client.run(['x'])) {
      break;
    }
    expect(log).toEqual(['send x', 'receive', 'abort']);
    await expect(client.command(['y'])).rejects.toThrow(/loop over its output was left/);
  });

  test('output() may not take tokens from a run', async () => {
    const { client } = await opened(answer);
    const run = client.run(['x']);
    await expect(client.output()).rejects.toThrow(RemctlBusyError);
    expect((await run.text()).status).toBe(7);
    expect(await client.output()).toEqual({ type: 'done' });
  });

  test('a second run while the first is read is refused; the first is not harmed', async () => {
    const { client } = await opened(answer);
    const first = client.run(['x']);
    await expect(client.run(['y']).text()).rejects.toThrow(RemctlBusyError);
    expect((await first.text()).status).toBe(7);
  });

  test('bad arguments are thrown at once', async () => {
    const { client, log } = await opened([]);
    expect(() => client.run([])).toThrow(RangeError);
    expect(log).toEqual([]);
  });

  test('an abort between two reads ends it', async () => {
    const { client, log } = await opened(answer);
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

  test('an abort while it waits ends it', async () => {
    const { client, on } = await opened([]);
    on({ receive: never });
    const controller = new AbortController();
    const { stdout, status } = client.run(['x'], { signal: controller.signal });
    const reading = textOf(stdout);
    const reason = new Error('enough');
    setImmediate(() => controller.abort(reason));
    await expect(reading).rejects.toBe(reason);
    await expect(status).rejects.toBe(reason);
  });

  test('close() ends a run that nobody reads just now', async () => {
    const { client } = await opened(answer);
    const tokens = client.run(['x'])[Symbol.asyncIterator]();
    await tokens.next();
    await client.close();
    await expect(tokens.next()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('open() ends a run that is not read to its end', async () => {
    const { client } = await opened(answer);
    const tokens = client.run(['x'])[Symbol.asyncIterator]();
    await tokens.next();
    await client.open('other', 2);
    await expect(tokens.next()).rejects.toThrow(RemctlNotOpenedError);
    expect(await client.output()).toEqual({ type: 'done' });
  });

  test('at protocol 1 each run has a connection of its own', async () => {
    const manual = manualBackend(1);
    manual.on({ receive: tokens(...answer, ...answer) });
    const client = new Remctl(manual.backend);
    await client.open('h', 1);
    expect((await client.run(['x']).text()).status).toBe(7);
    expect((await client.run(['x']).text()).status).toBe(7);
    expect(manual.log.filter((line) => line === 'connect 1')).toHaveLength(2);
  });

  test('a failure that nobody consumes is no unhandled rejection', async () => {
    const client = new Remctl(manualBackend().backend);
    client.run(['x']);
    await new Promise(setImmediate);
  });
});
