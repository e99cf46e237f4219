import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  createClient,
  ErrorCode,
  Remctl,
  RemctlBusyError,
  RemctlNotOpenedError,
  RemctlProtocolError,
  remctl,
} from '../src/index.js';
import { scriptedBackend } from '../src/testing.js';
import type { ServerToken } from '../src/tokens.js';
import { manualBackend, never, output, tokens } from './scripted.js';

const answer: ServerToken[] = [
  output('out 1\n'),
  output('err\n', 2),
  output('out 2\n'),
  { type: 'status', status: 7 },
];
const refusal: ServerToken = {
  type: 'error',
  error: ErrorCode.ERROR_ACCESS,
  output: Buffer.from('Access denied'),
};

async function opened(list: ServerToken[]) {
  const manual = manualBackend();
  manual.on({ receive: tokens(...list) });
  const client = new Remctl(manual.backend);
  await client.open('h', 1);
  manual.log.length = 0;
  return { client, ...manual };
}

async function read(stream: ReadableStream<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
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
    const { client } = await opened([refusal, refusal, refusal]);
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
    expect(await Promise.all([read(stdout), read(stderr), status])).toEqual([
      'out 1\nout 2\n',
      'err\n',
      7,
    ]);
  });

  test('one stream alone ends too', async () => {
    const { client } = await opened(answer);
    const run = client.run(['x']);
    expect(await read(run.stdout)).toBe('out 1\nout 2\n');
    expect(await run.status).toBe(7);
  });

  test('reading one stream to its end keeps the other for later', async () => {
    const { client } = await opened(answer);
    const { stdout, stderr } = client.run(['x']);
    expect(await read(stdout)).toBe('out 1\nout 2\n');
    expect(await read(stderr)).toBe('err\n');
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
    const { client } = await opened([refusal]);
    const { stdout, stderr } = client.run(['x']);
    await expect(read(stdout)).rejects.toThrow(RemctlProtocolError);
    await expect(read(stderr)).rejects.toThrow(RemctlProtocolError);
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
    const reading = read(stdout);
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

describe('remctl()', () => {
  const backend = scriptedBackend((command) => ({
    stdout: command.map((word) => Buffer.from(word)).join(' '),
    status: 3,
  }));

  test('returns stdout, stderr and status', async () => {
    const result = await remctl({ backend, host: 'h', command: ['a', 'b'] });
    expect(Buffer.from(result.stdout).toString()).toBe('a b');
    expect(result).toMatchObject({ status: 3, stderr: new Uint8Array() });
  });

  test('checks the command before it connects', async () => {
    const manual = manualBackend();
    const call = remctl({ backend: manual.backend, host: 'h', command: [] });
    await expect(call).rejects.toThrow(RangeError);
    expect(manual.log).toEqual([]);
  });

  test('closes the connection, also after a refusal', async () => {
    const manual = manualBackend();
    manual.on({ receive: tokens(refusal) });
    const call = remctl({ backend: manual.backend, host: 'h', port: 1, command: ['x'] });
    await expect(call).rejects.toThrow(RemctlProtocolError);
    expect(manual.log.at(-1)).toBe('close');
  });
});

describe('createClient()', () => {
  test('with a host it is opened', async () => {
    const client = await createClient(
      scriptedBackend(() => ({ stdout: 'hi' })),
      { host: 'h' },
    );
    expect((await client.run(['x']).text()).stdout).toBe('hi');
  });

  test('an unknown name is a RangeError that lists the known', async () => {
    const name: unknown = 'quick';
    await expect(createClient(name as 'pure')).rejects.toThrow(/known are pure, native/);
  });

  test('REMCTL_BACKEND names the backend', async () => {
    process.env.REMCTL_BACKEND = 'nonsense';
    try {
      await expect(createClient()).rejects.toThrow(/REMCTL_BACKEND/);
    } finally {
      delete process.env.REMCTL_BACKEND;
    }
  });

  test('an object that is no backend is a TypeError', async () => {
    const object: unknown = {};
    await expect(createClient(object as 'pure')).rejects.toThrow(TypeError);
  });
});
