/** What a caller is told of a call, and of a command, that was interrupted. */
import { describe, expect, test } from 'vitest';
import {
  type Backend,
  createClient,
  Remctl,
  RemctlError,
  RemctlNotOpenedError,
  remctl,
} from '../src/index.js';
import { scriptedBackend } from '../src/testing.js';
import { manualBackend, never, output, tokens } from './scripted.js';

const STATUS = { type: 'status', status: 0 } as const;

const caught = (call: Promise<unknown>) => call.catch((reason: unknown) => reason);

async function microtasks(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await undefined;
  }
}

describe('what is known of a run is what was known when it was interrupted', () => {
  const INTERRUPTIONS: Record<string, (client: Remctl) => unknown> = {
    'open()': (client) => client.open('other'),
    'close()': (client) => client.close(),
    'open() and a command': async (client) => {
      await client.open('other');
      await client.command(['another']);
    },
  };

  test.each(Object.keys(INTERRUPTIONS))('by %s, at each moment after run()', async (by) => {
    for (let offset = 0; offset < 20; offset += 1) {
      const sent: string[] = [];
      const backend = scriptedBackend((command) => {
        sent.push(Buffer.from(command[0] ?? []).toString());
        return [output('x'), STATUS];
      });
      const client = await createClient(backend, { host: 'h' });
      const run = client.run(['one']);
      const whole = caught(run.text());
      await microtasks(offset);
      void Promise.resolve(INTERRUPTIONS[by]?.(client)).catch(() => undefined);
      const result = await whole;
      await new Promise(setImmediate);
      const expected = result instanceof RemctlError ? 'unknown' : 'finished';
      expect({ offset, sent: sent[0], state: run.commandState }).toEqual({
        offset,
        sent: 'one',
        state: expected,
      });
      if (result instanceof RemctlError) {
        expect(result).toBeInstanceOf(RemctlNotOpenedError);
        expect(result.commandState).toBe('unknown');
      }
    }
  });

  test('a run whose connection was still being opened is not-sent', async () => {
    const manual = manualBackend(1);
    const client = new Remctl(manual.backend);
    await client.open('h', 1);
    await client.command(['first']);
    await client.output();
    manual.on({ connect: never });
    const run = client.run(['second']);
    const whole = caught(run.text());
    await client.close();
    expect(await whole).toMatchObject({ commandState: 'not-sent' });
    expect(run.commandState).toBe('not-sent');
  });

  test('another open() does not make an interrupted command not-sent', async () => {
    const manual = manualBackend();
    manual.on({ receive: never });
    const client = new Remctl(manual.backend);
    await client.open('h', 1);
    await client.command(['x']);
    const controller = new AbortController();
    const waiting = caught(client.output({ signal: controller.signal }));
    controller.abort();
    await waiting;
    await client.open('h', 1);
    expect(client.commandState).toBe('unknown');
    await client.command(['y']);
    manual.on({ receive: tokens(STATUS) });
    await client.output();
    expect(client.commandState).toBe('finished');
  });
});

describe("the signal's own reason reaches the caller, wherever it waits", () => {
  /** A command that has written a piece, and then nothing more. */
  const stalling: Backend = scriptedBackend(async function* () {
    yield output('a piece');
    await never();
    yield STATUS;
  });
  const silent: Backend = scriptedBackend(() => never());

  type Use = (client: Remctl, signal: AbortSignal) => Promise<unknown>;

  async function readAll(stream: ReadableStream<Uint8Array>) {
    const reader = stream.getReader();
    let done = false;
    while (!done) {
      ({ done } = await reader.read());
    }
  }

  const uses: Record<string, Use> = {
    'command()': (client, signal) => client.command(['x'], { signal }),
    'output()': async (client, signal) => {
      await client.command(['x']);
      await client.output();
      await client.output({ signal });
    },
    'run().text()': (client, signal) => client.run(['x'], { signal }).text(),
    'run().bytes()': (client, signal) => client.run(['x'], { signal }).bytes(),
    'run().status': (client, signal) => client.run(['x'], { signal }).status,
    'run().discard()': (client, signal) => client.run(['x'], { signal }).discard(),
    'run().stdout': (client, signal) => readAll(client.run(['x'], { signal }).stdout),
    'run().stderr': (client, signal) => readAll(client.run(['x'], { signal }).stderr),
    'for await': async (client, signal) => {
      for await (const _ of client.run(['x'], { signal })) {
        // Only reading is wanted.
      }
    },
    'a run that is read later': async (client, signal) => {
      const run = client.run(['x'], { signal });
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await run.text();
    },
  };

  for (const [backendName, backend] of Object.entries({ stalling, silent })) {
    for (const [name, use] of Object.entries(uses)) {
      if (backendName === 'stalling' && name === 'command()') {
        continue;
      }
      if (backendName === 'silent' && name === 'output()') {
        continue;
      }
      test(`${name}, with a backend that is ${backendName}`, async () => {
        const client = await createClient(backend, { host: 'h' });
        const controller = new AbortController();
        const reason = { not: 'even an error' };
        const call = caught(use(client, controller.signal));
        await new Promise(setImmediate);
        controller.abort(reason);
        expect(await call).toBe(reason);
        expect(client.commandState).toBe('unknown');
        expect(client.isOpen).toBe(false);
      });
    }
  }

  test.each(Object.keys(uses).filter((name) => name !== 'output()'))(
    '%s, at each moment of an answer',
    async (name) => {
      for (let offset = 0; offset < 40; offset += 1) {
        const controller = new AbortController();
        const { signal } = controller;
        const client = await createClient(
          scriptedBackend(() => [output('x'), output('y', 2), STATUS]),
          { host: 'h' },
        );
        const reason = new Error('the reason');
        const call = caught(uses[name]?.(client, signal) ?? Promise.resolve());
        await microtasks(offset);
        controller.abort(reason);
        const result = await call;
        if (result instanceof Error) {
          expect(result).toBe(reason);
        }
      }
    },
  );

  test('open() and createClient()', async () => {
    const manual = manualBackend();
    manual.on({ connect: never });
    const signal = AbortSignal.timeout(1);
    const client = new Remctl(manual.backend);
    expect(await caught(client.open({ host: 'h', port: 1, signal }))).toBe(signal.reason);
    const second = AbortSignal.timeout(1);
    const made = createClient(manual.backend, { host: 'h', port: 1, signal: second });
    expect(await caught(made)).toBe(second.reason);
  });

  test('remctl(), and an AbortSignal.timeout() is told by its name', async () => {
    const signal = AbortSignal.timeout(20);
    const call = remctl({ backend: stalling, host: 'h', command: ['x'], signal });
    expect(await caught(call)).toMatchObject({ name: 'TimeoutError' });
    expect(await caught(call)).toBe(signal.reason);
  });

  test('a signal that has aborted before', async () => {
    const client = await createClient(stalling, { host: 'h' });
    const signal = AbortSignal.abort('the reason');
    expect(await caught(client.run(['x'], { signal }).text())).toBe('the reason');
    expect(await caught(client.run(['x'], { signal }).status)).toBe('the reason');
    expect(client.isOpen).toBe(true);
    const call = remctl({ backend: stalling, host: 'h', command: ['x'], signal });
    expect(await caught(call)).toBe('the reason');
  });
});
