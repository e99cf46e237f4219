/** Interrupted calls: their errors, and the state of the command. */
import { describe, expect, test } from 'vitest';
import {
  type Backend,
  createClient,
  Remctl,
  RemctlError,
  RemctlNotOpenedError,
  remctl,
} from '../src/index.js';
import { scriptedBackend } from '../src/testing/index.js';
import { output, readToEnd, SUCCESS, tokens, tokensOf } from './support/answers.js';
import { manualBackend, openedClient } from './support/manual-backend.js';
import { stallingBackend } from './support/stalling-backend.js';
import { caught, microtasks, never, turn } from './support/waiting.js';

describe('the state of an interrupted command', () => {
  const INTERRUPTIONS: Record<string, (client: Remctl) => unknown> = {
    'open()': (client) => client.open('other'),
    'close()': (client) => client.close(),
    'open() and a command': async (client) => {
      await client.open('other');
      await client.command(['another']);
    },
  };

  test.each(Object.keys(INTERRUPTIONS))(
    'is true if %s interrupts a run at any moment',
    async (by) => {
      for (let offset = 0; offset < 20; offset += 1) {
        const sent: string[] = [];
        const backend = scriptedBackend((command) => {
          sent.push(Buffer.from(command[0] ?? []).toString());
          return [output('x'), SUCCESS];
        });
        const client = await createClient(backend, { host: 'h' });
        const run = client.run(['one']);
        const whole = caught(run.text());
        await microtasks(offset);
        void Promise.resolve(INTERRUPTIONS[by]?.(client)).catch(() => undefined);
        const result = await whole;
        await turn();
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
    },
  );

  test('is not-sent if close() is called while the connection of a run is being opened', async () => {
    const { client, on } = await openedClient({ protocol: 1 });
    await client.command(['first']);
    await client.output();
    on({ connect: never });
    const run = client.run(['second']);
    const whole = caught(run.text());
    await client.close();
    expect(await whole).toMatchObject({ commandState: 'not-sent' });
    expect(run.commandState).toBe('not-sent');
  });

  test('stays unknown after another open()', async () => {
    const { client, on } = await openedClient({ receive: never });
    await client.command(['x']);
    const controller = new AbortController();
    const waiting = caught(client.output({ signal: controller.signal }));
    controller.abort();
    await waiting;
    await client.open('h', 1);
    expect(client.commandState).toBe('unknown');
    await client.command(['y']);
    on({ receive: tokens(SUCCESS) });
    await client.output();
    expect(client.commandState).toBe('finished');
  });
});

describe('an aborted signal', () => {
  const silent: Backend = scriptedBackend(() => never());

  type Use = (client: Remctl, signal: AbortSignal) => Promise<unknown>;

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
    'run().stdout': (client, signal) => readToEnd(client.run(['x'], { signal }).stdout),
    'run().stderr': (client, signal) => readToEnd(client.run(['x'], { signal }).stderr),
    'for await': (client, signal) => tokensOf(client.run(['x'], { signal })),
    'a run that is read later': async (client, signal) => {
      const run = client.run(['x'], { signal });
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await run.text();
    },
  };

  for (const [backendName, backend] of Object.entries({ stalling: stallingBackend, silent })) {
    for (const [name, use] of Object.entries(uses)) {
      if (backendName === 'stalling' && name === 'command()') {
        continue;
      }
      if (backendName === 'silent' && name === 'output()') {
        continue;
      }
      test(`gives its reason to ${name} with a backend that is ${backendName}`, async () => {
        const client = await createClient(backend, { host: 'h' });
        const controller = new AbortController();
        const reason = { not: 'even an error' };
        const call = caught(use(client, controller.signal));
        await turn();
        controller.abort(reason);
        expect(await call).toBe(reason);
        expect(client.commandState).toBe('unknown');
        expect(client.isOpen).toBe(false);
      });
    }
  }

  test.each(Object.keys(uses).filter((name) => name !== 'output()'))(
    'gives its reason to %s at any moment of an answer',
    async (name) => {
      for (let offset = 0; offset < 40; offset += 1) {
        const controller = new AbortController();
        const { signal } = controller;
        const client = await createClient(
          scriptedBackend(() => [output('x'), output('y', 2), SUCCESS]),
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

  test('gives its reason to open() and createClient()', async () => {
    const manual = manualBackend();
    manual.on({ connect: never });
    const signal = AbortSignal.timeout(1);
    const client = new Remctl(manual.backend);
    expect(await caught(client.open({ host: 'h', port: 1, signal }))).toBe(signal.reason);
    const second = AbortSignal.timeout(1);
    const made = createClient(manual.backend, { host: 'h', port: 1, signal: second });
    expect(await caught(made)).toBe(second.reason);
  });

  test('gives its reason to remctl(), also the TimeoutError of AbortSignal.timeout()', async () => {
    const signal = AbortSignal.timeout(20);
    const call = remctl({ backend: stallingBackend, host: 'h', command: ['x'], signal });
    expect(await caught(call)).toMatchObject({ name: 'TimeoutError' });
    expect(await caught(call)).toBe(signal.reason);
  });

  test('gives its reason to a run and to remctl() if it was aborted before', async () => {
    const client = await createClient(stallingBackend, { host: 'h' });
    const signal = AbortSignal.abort('the reason');
    expect(await caught(client.run(['x'], { signal }).text())).toBe('the reason');
    expect(await caught(client.run(['x'], { signal }).status)).toBe('the reason');
    expect(client.isOpen).toBe(true);
    const call = remctl({ backend: stallingBackend, host: 'h', command: ['x'], signal });
    expect(await caught(call)).toBe('the reason');
  });
});

describe('an interrupted call', () => {
  test.each(['command', 'output', 'noop'] as const)(
    '%s() ends when close() is called',
    async (method) => {
      const { client, on, log } = await openedClient();
      if (method === 'output') {
        await client.command(['x']);
      }
      on({ send: never, receive: never, noop: never });
      const call = method === 'command' ? client.command(['x']) : client[method]();
      const ended = expect(call).rejects.toThrow(RemctlNotOpenedError);
      await client.close();
      await ended;
      expect(log.at(-1)).toBe('abort');
    },
  );

  test('open() ends when close() is called, and a connection that comes late is aborted', async () => {
    const manual = manualBackend();
    let arrive: () => void = () => undefined;
    manual.on({ connect: () => new Promise((resolve) => (arrive = resolve)) });
    const client = new Remctl(manual.backend);
    const opening = client.open('h', 1);
    await client.close();
    await expect(opening).rejects.toThrow(RemctlNotOpenedError);
    expect(manual.connects[0]?.signal.aborted).toBe(true);
    arrive();
    await turn();
    expect(manual.log).toEqual(['connect 1', 'abort']);
    await expect(client.output()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('rejects with the reason of an abort, which ends the connection', async () => {
    const { client, on, log } = await openedClient();
    on({ receive: never });
    await client.command(['x']);
    const controller = new AbortController();
    const call = client.output({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(log.at(-1)).toBe('abort');
    expect(client.commandState).toBe('unknown');
    await expect(client.output()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('sends nothing if its signal is aborted before', async () => {
    const { client, log } = await openedClient();
    const signal = AbortSignal.abort(new Error('early'));
    await expect(client.command(['x'], { signal })).rejects.toThrow('early');
    await expect(client.open({ host: 'h', signal })).rejects.toThrow('early');
    expect(log).toEqual([]);
    await client.command(['y']);
  });
});
