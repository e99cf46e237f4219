/** What subscribers hear of opens, commands and their ends. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { connectionBroken } from '../../src/failures.js';
import {
  type Backend,
  createPool,
  ErrorCode,
  openFirst,
  Remctl,
  RemctlNetworkError,
  RemctlProtocolError,
  type RemctlTracingChannels,
  runOnHosts,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { ANSWER, output, REFUSAL, SUCCESS, tokens } from '../support/answers.js';
import { endOfFile } from '../support/failures.js';
import { eventsOf, messagesOf, nameOf } from '../support/heard-events.js';
import { manualBackend } from '../support/manual-backend.js';
import { caught } from '../support/waiting.js';

const hello = () => scriptedBackend(() => ({ stdout: 'hello', stderr: 'oh', status: 3 }));

test('a command is told from its open to its close, in order', async () => {
  const client = new Remctl(hello());
  const events = await eventsOf(async () => {
    await client.open('h', 7, 'host/h@EXAMPLE.ORG');
    await client.run(['account', 'show', 'jdoe']).text();
    await client.close();
  });
  expect(events.map(nameOf)).toEqual([
    'open start',
    'negotiate start',
    'negotiate end',
    'open end',
    'command start',
    'token',
    'token',
    'token',
    'command end',
    'close',
  ]);
  const [command] = messagesOf(events, 'remctl:command');
  expect(command).toMatchObject({
    backend: 'scripted',
    host: 'h',
    port: 7,
    protocol: 2,
    name: 'account',
    arguments: 3,
    bytes: 15,
    stdoutBytes: 5,
    stderrBytes: 2,
    status: 3,
    commandState: 'finished',
  });
  expect(command).not.toHaveProperty('error');
  const [open] = messagesOf(events, 'remctl:open');
  expect(open).toMatchObject({ host: 'h', port: 7, principal: 'host/h@EXAMPLE.ORG', tries: 1 });
  expect(messagesOf(events, 'remctl:close')).toMatchObject([{ because: 'close', commands: 1 }]);
  expect(messagesOf(events, 'remctl:token')).toMatchObject([
    { type: 'output', stream: 1, bytes: 5 },
    { type: 'output', stream: 2, bytes: 2 },
    { type: 'status', status: 3 },
  ]);
  expect(new Set(events.map(({ message }) => 'client' in message && message.client)).size).toBe(1);
});

test('times are milliseconds in the order of what happened', async () => {
  const client = new Remctl(hello());
  const events = await eventsOf(async () => {
    await client.open('h');
    await client.run(['x']).text();
  });
  const [command] = messagesOf(events, 'remctl:command');
  const { sentMs = -1, firstTokenMs = -1, durationMs = -1 } = command ?? {};
  expect([0, sentMs, firstTokenMs, durationMs]).toEqual(
    [0, sentMs, firstTokenMs, durationMs].sort((a, b) => a - b),
  );
});

test('clients have numbers of their own', async () => {
  const events = await eventsOf(async () => {
    await new Remctl(hello()).open('a');
    await new Remctl(hello()).open('b');
  });
  const [one, two] = messagesOf(events, 'remctl:open');
  expect(one?.client).not.toBe(two?.client);
});

test("a server's error is an error without the server's text", async () => {
  const client = new Remctl(
    scriptedBackend(() => ({ error: ErrorCode.ERROR_ACCESS, message: 'not you' })),
  );
  const events = await eventsOf(async () => {
    await client.open('h');
    await caught(client.run(['x']).text());
  });
  const [command] = messagesOf(events, 'remctl:command');
  expect(command).toMatchObject({ errorCode: 6, commandState: 'finished' });
  expect(command?.error).toBeInstanceOf(RemctlProtocolError);
  expect(String(command?.error)).toContain('ERROR_ACCESS');
  expect(String(command?.error)).not.toContain('not you');
});

describe('the end of a command that has no answer is told once, before the end of its connection', () => {
  const stalled = () => scriptedBackend(() => ({ stdout: 'half', fault: 'silence' }));
  const signal = () => AbortSignal.timeout(5);
  test.each<[string, (client: Remctl) => Promise<unknown>, string, string]>([
    ['a signal', (client) => client.output({ signal: signal() }), 'failed', 'TimeoutError'],
    ['close()', (client) => client.close(), 'close', 'RemctlNotOpenedError'],
    ['open()', (client) => client.open('h'), 'open', 'RemctlNotOpenedError'],
    ['silence', (client) => client.output(), 'failed', 'RemctlTimeoutError'],
  ])('%s', async (_, act, because, name) => {
    const client = new Remctl(stalled(), { timeout: 0.05 });
    const events = await eventsOf(async () => {
      await client.open('h');
      await client.command(['x']);
      await client.output();
      await caught(act(client));
    });
    const names = events.map(nameOf);
    expect(names.filter((each) => each === 'command end')).toHaveLength(1);
    expect(names.indexOf('command end')).toBeLessThan(names.indexOf('close'));
    expect(messagesOf(events, 'remctl:command')).toMatchObject([
      { commandState: 'unknown', stdoutBytes: 4, error: { name } },
    ]);
    expect(messagesOf(events, 'remctl:close')[0]).toMatchObject({ because });
  });

  test('a loop that is left', async () => {
    const client = new Remctl(stalled());
    const events = await eventsOf(async () => {
      await client.open('h');
      for await (const _ of client.run(['x'])) {
        break;
      }
    });
    expect(messagesOf(events, 'remctl:command')).toMatchObject([{ commandState: 'unknown' }]);
    expect(messagesOf(events, 'remctl:close')).toHaveLength(1);
  });

  test('a connection that died while it was idle', async () => {
    const backend = hello();
    const client = new Remctl(backend);
    const events = await eventsOf(async () => {
      await client.open('h');
      backend.drop();
      await caught(client.command(['x']));
    });
    expect(messagesOf(events, 'remctl:command')).toMatchObject([{ commandState: 'not-sent' }]);
    expect(messagesOf(events, 'remctl:close')).toMatchObject([{ because: 'failed', commands: 0 }]);
  });
});

test('a refused call publishes nothing', async () => {
  const client = new Remctl(scriptedBackend(() => 'silence'));
  await client.open('h');
  await client.command(['x']);
  const events = await eventsOf(async () => {
    await caught(client.command(['y']));
    await caught(client.noop());
  });
  expect(events).toEqual([]);
});

test('an open that fails has the error, and how often it was tried', async () => {
  const error = new RemctlNetworkError('refused', { code: 'ECONNREFUSED', phase: 'connect' });
  const manual = manualBackend();
  manual.on({ connect: () => Promise.reject(error) });
  const events = await eventsOf(() => caught(new Remctl(manual.backend).open('h')));
  expect(messagesOf(events, 'remctl:open')).toMatchObject([{ tries: 2, error }]);
  expect(messagesOf(events, 'remctl:negotiate')).toMatchObject([
    { port: 4373, attempt: 1, error },
    { port: 4444, attempt: 2, error },
  ]);
  expect(messagesOf(events, 'remctl:retry')).toMatchObject([{ because: 'legacy-port', error }]);
});

test('a backend tells what it knows of a connection', async () => {
  const refused = new Error('the server refused the ticket');
  const known = {
    address: '192.0.2.7',
    serverPrincipal: 'host/h@EXAMPLE.ORG',
    clientPrincipal: 'jdoe@EXAMPLE.ORG',
    ticketEnd: new Date(86_400_000),
  };
  const plain = manualBackend().backend;
  const backend: Backend = {
    name: 'telling',
    async connect(options) {
      options.observer?.onConnected('192.0.2.7');
      options.observer?.onNewTicket(refused);
      return { ...(await plain.connect(options)), details: known };
    },
  };
  const client = new Remctl(backend);
  const events = await eventsOf(() => client.open('h', 7));
  const connection = { protocol: 2, port: 7, ...known };
  expect(messagesOf(events, 'remctl:negotiate')).toMatchObject([
    { address: '192.0.2.7', connection },
  ]);
  expect(messagesOf(events, 'remctl:negotiate')[0]?.connectedMs).toBeGreaterThanOrEqual(0);
  expect(messagesOf(events, 'remctl:retry')).toMatchObject([
    { because: 'new-ticket', error: refused },
  ]);
  expect(client.connection).toEqual(connection);
  expect(Object.isFrozen(client.connection)).toBe(true);
  expect(client.connection).toBe(client.connection);
  await client.close();
  expect(client.connection).toBe(undefined);
});

describe('what is tried again is told', () => {
  test('an open that the server drops', async () => {
    const backend = scriptedBackend(() => ({}), { open: 'drop' });
    const events = await eventsOf(() =>
      caught(new Remctl(backend, { timeout: 0.05 }).open('h', 7)),
    );
    const retries = messagesOf(events, 'remctl:retry');
    expect(retries.length).toBeGreaterThan(0);
    expect(retries[0]).toMatchObject({ host: 'h', because: 'dropped' });
    expect(messagesOf(events, 'remctl:open')[0]?.tries).toBe(retries.length + 1);
  });

  test("a pool's connection that died while it was idle", async () => {
    const backend = hello();
    const pool = await createPool(backend, { host: 'h' });
    await pool.run(['x']).text();
    backend.drop();
    const events = await eventsOf(() => pool.run(['x']).text());
    expect(messagesOf(events, 'remctl:retry')).toMatchObject([{ because: 'idle-lost', host: 'h' }]);
    await pool.close();
  });

  test('a host', async () => {
    const error = connectionBroken({ host: 'h', port: 7 }, 'command');
    const backend = scriptedBackend(() => ({}), { open: [() => error] });
    const events = await eventsOf(async () => {
      for await (const { type } of runOnHosts(['h'], ['x'], { backend, port: 7, retryUnsent: 1 })) {
        expect(type).toBe('finished');
      }
    });
    expect(messagesOf(events, 'remctl:retry')).toMatchObject([{ because: 'unsent', error }]);
  });

  test('the servers of a domain', async () => {
    const manual = manualBackend();
    manual.on({
      connect: async ({ host }) => {
        if (host === 'a') {
          throw endOfFile('connect');
        }
      },
    });
    const targets = [
      { host: 'a', port: 7 },
      { host: 'b', port: 7 },
    ];
    const events = await eventsOf(() => openFirst(new Remctl(manual.backend), targets));
    expect(messagesOf(events, 'remctl:retry')).toMatchObject([
      { because: 'next-server', host: 'a' },
    ]);
  });
});

test('a connection of protocol 1 ends with its command', async () => {
  const manual = manualBackend(1);
  const client = new Remctl(manual.backend);
  const events = await eventsOf(async () => {
    await client.open('h', 7);
    manual.on({ receive: tokens(SUCCESS, ...ANSWER) });
    await client.run(['one']).text();
    expect(client.connection).toBe(undefined);
    await client.run(['two']).text();
  });
  expect(messagesOf(events, 'remctl:close')).toMatchObject([
    { because: 'spent', protocol: 1, commands: 1 },
    { because: 'spent', protocol: 1, commands: 1 },
  ]);
  const commands = messagesOf(events, 'remctl:command');
  expect(commands.map(({ name, commandState }) => `${name} ${commandState}`)).toEqual([
    'one finished',
    'two finished',
  ]);
});

test("a store that is bound to a command's begin holds for the backend's work", async () => {
  const seen: unknown[] = [];
  const store = new AsyncLocalStorage<string>();
  const manual = manualBackend();
  manual.on({
    send: async () => {
      seen.push(store.getStore());
    },
  });
  const client = new Remctl(manual.backend);
  await client.open('h', 7);
  const channel = tracingChannel<string, RemctlTracingChannels['remctl:command']>('remctl:command');
  channel.start.bindStore(store, ({ name }) => `in ${name}`);
  try {
    await client.command(['x']);
  } finally {
    channel.start.unbindStore(store);
  }
  expect(seen).toEqual(['in x']);
});

test('a subscriber that asks gets the arguments; one that logs or clones a message does not', async () => {
  const client = new Remctl(hello());
  const events = await eventsOf(async () => {
    await client.open('h');
    await client.run(['account', 'passwd', 's3cret']).text();
  });
  const [command] = messagesOf(events, 'remctl:command');
  expect(command?.firstArguments(2)).toEqual(['account', 'passwd']);
  expect(structuredClone(command)).not.toHaveProperty('firstArguments');
});

test('a command line in one argument is not told', async () => {
  const client = new Remctl(hello());
  const events = await eventsOf(async () => {
    await client.open('h');
    await client.run(['passwd jdoe s3cret']).text();
    await client.run(['s'.repeat(500)]).text();
  });
  const names = messagesOf(events, 'remctl:command').map(({ name }) => name);
  expect(names).toEqual(['passwd', 's'.repeat(64)]);
});

test('output and refusals are told by size and code alone', async () => {
  const manual = manualBackend();
  manual.on({ receive: tokens(output('secret'), REFUSAL) });
  const client = new Remctl(manual.backend);
  const events = await eventsOf(async () => {
    await client.open('h', 7);
    await caught(client.run(['x']).text());
  });
  expect(messagesOf(events, 'remctl:token')).toMatchObject([
    { type: 'output', bytes: 6 },
    { type: 'error', errorCode: 6 },
  ]);
});
