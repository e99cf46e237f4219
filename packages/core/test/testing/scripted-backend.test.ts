/** The scripted backend: its answers and its faults, through a client. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { authenticationFailed, cannotConnect, timedOut } from '../../src/failures.js';
import {
  type ClientOptions,
  createClient,
  ErrorCode,
  type Remctl,
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlNotOpenedError,
  RemctlProtocolError,
  RemctlTimeoutError,
  RemctlUnsupportedError,
} from '../../src/index.js';
import {
  type ScriptedAnswer,
  type ScriptedBackendOptions,
  type ScriptedOpen,
  scriptedBackend,
} from '../../src/testing/index.js';
import { output, SUCCESS, tokensOf } from '../support/answers.js';
import { loose } from '../support/loose.js';
import { caught, never, turn } from '../support/waiting.js';

const PORT = 4373;
const refused: ScriptedOpen = (to) =>
  cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });

afterEach(() => {
  vi.useRealTimers();
});

/** Opens a client of a script. */
async function opened(
  answer: ScriptedAnswer,
  options: ScriptedBackendOptions = {},
  client: ClientOptions = {},
) {
  const backend = scriptedBackend(() => answer, options);
  return { backend, client: await createClient(backend, { host: 'h', ...client }) };
}

/** Opens a client of a script, runs one command, and returns its whole answer or its error. */
async function answered(answer: ScriptedAnswer, client: ClientOptions = {}) {
  return caught((await opened(answer, {}, client)).client.run(['x']).text());
}

/** Returns what an open gives: an error, or undefined. */
async function openError(backend: ReturnType<typeof scriptedBackend>, options: ClientOptions = {}) {
  const result = await caught(createClient(backend, { host: 'h', port: PORT, ...options }));
  return result instanceof Error ? result : undefined;
}

/** Lets `ms` milliseconds pass on the test's clock while `call` waits. */
async function afterSilence<T>(ms: number, call: Promise<T>) {
  const result = caught(call);
  await vi.advanceTimersByTimeAsync(ms - 1);
  const early = await Promise.race([result, Promise.resolve('still waits')]);
  await vi.advanceTimersByTimeAsync(1);
  return { early, result: await result };
}

describe('an answer', () => {
  test('has output and a status', async () => {
    expect(await answered({ stdout: 'out', stderr: Buffer.from('err'), status: 7 })).toEqual({
      stdout: 'out',
      stderr: 'err',
      status: 7,
    });
  });

  test('may be a refusal with its code, with a text or the name of the code', async () => {
    const refusal = await answered({ error: ErrorCode.ERROR_ACCESS, message: 'Access denied' });
    expect(refusal).toBeInstanceOf(RemctlProtocolError);
    expect(refusal).toMatchObject({ code: ErrorCode.ERROR_ACCESS, message: 'Access denied' });
    expect(await answered({ error: ErrorCode.ERROR_ACCESS })).toMatchObject({
      message: 'ERROR_ACCESS',
    });
    expect(await answered({ error: 99 })).toMatchObject({ code: 99, message: 'error 99' });
  });

  test('knows its command, whose arguments are readable as text, and its connection', async () => {
    const backend = scriptedBackend((command, { host }) => ({
      stdout: `${host}: ${command.join(' ')}`,
    }));
    const client = await createClient(backend, { host: 'h' });
    expect((await client.run(['account', 'show', 'é']).text()).stdout).toBe('h: account show é');
  });

  test('fails with the error that the script throws', async () => {
    const backend = scriptedBackend(() => {
      throw new RangeError('no such account in the script');
    });
    const client = await createClient(backend, { host: 'h' });
    await expect(client.run(['x']).text()).rejects.toThrow('no such account in the script');
  });

  test('of the wrong kind is an error that says so', async () => {
    await expect(answered(loose('silent'))).resolves.toMatchObject({
      message: expect.stringMatching(/script.*'silent'/),
    });
    await expect(answered(loose(undefined))).resolves.toMatchObject({
      message: expect.stringMatching(/script.*undefined/),
    });
    await expect(answered([output('no end')])).resolves.toMatchObject({
      message: 'the script gave no status or error token',
    });
  });
});

describe('a silent server', () => {
  const answers: Record<string, () => ScriptedAnswer> = {
    'of a whole answer': () => 'silence',
    'after some output': () => ({ stdout: 'half', fault: 'silence' }),
    'after some tokens': () => [output('half'), 'silence'],
    'in a generator that waits': async function* () {
      yield output('half');
      await never();
    },
  };

  for (const [name, answer] of Object.entries(answers)) {
    test(`${name} is a time-out as of a real backend`, async () => {
      vi.useFakeTimers();
      const { client } = await opened(answer(), {}, { timeout: 30 });
      const { early, result } = await afterSilence(30_000, client.run(['x']).text());
      expect(early).toBe('still waits');
      expect(result).toBeInstanceOf(RemctlTimeoutError);
      expect(result).toMatchObject({
        message: 'error receiving token: timed out: h (port 4373) was silent for 30 s',
        phase: 'command',
        commandState: 'unknown',
      });
      expect(client.isOpen).toBe(false);
    });

    test(`${name} ends by a signal`, async () => {
      const { client } = await opened(answer());
      const controller = new AbortController();
      const call = caught(client.run(['x'], { signal: controller.signal }).text());
      await turn();
      controller.abort('the reason');
      expect(await call).toBe('the reason');
    });
  }

  test('takes a command at once, and gives what it had sent before', async () => {
    const { client } = await opened([output('half'), 'silence'], {}, { timeout: 0.01 });
    await client.command(['x']);
    expect(await client.output()).toMatchObject({ type: 'output' });
    await expect(client.output()).rejects.toThrow(RemctlTimeoutError);
    await expect(client.output()).rejects.toThrow(RemctlNotOpenedError);
  });

  test('of an open is a time-out of the negotiation, or ends by a signal', async () => {
    vi.useFakeTimers();
    const backend = scriptedBackend(() => ({}), { open: 'silence' });
    const { early, result } = await afterSilence(5000, openError(backend, { timeout: 5 }));
    expect(early).toBe('still waits');
    expect(result).toBeInstanceOf(RemctlTimeoutError);
    expect(result).toMatchObject({ phase: 'negotiate', commandState: 'not-sent' });
    const controller = new AbortController();
    const call = createClient(backend, { host: 'h', signal: controller.signal });
    controller.abort('the reason');
    await expect(call).rejects.toBe('the reason');
  });

  test('of an open ends after a minute without a time-out', async () => {
    vi.useFakeTimers();
    const call = openError(scriptedBackend(() => ({}), { open: 'silence' }));
    expect((await afterSilence(60_000, call)).result).toBeInstanceOf(RemctlTimeoutError);
  });

  test('of a NOOP is a time-out', async () => {
    const { client } = await opened({}, { noop: 'silence' }, { timeout: 0.01 });
    await expect(client.noop()).rejects.toThrow(RemctlTimeoutError);
    expect(client.isOpen).toBe(false);
  });

  test('that speaks in time is no failure, however long its whole answer takes', async () => {
    vi.useFakeTimers();
    const second = () => new Promise((resolve) => setTimeout(resolve, 1000));
    const { client } = await opened(
      (async function* () {
        for (const text of ['a', 'b', 'c']) {
          await second();
          yield output(text);
        }
        yield SUCCESS;
      })(),
      {},
      { timeout: 2 },
    );
    const text = client.run(['x']).text();
    await vi.advanceTimersByTimeAsync(3000);
    expect((await text).stdout).toBe('abc');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a connection that drops', () => {
  const END = 'error receiving token: unexpected end of file: h (port 4373) closed the connection';

  test.each<[string, ScriptedAnswer]>([
    ['instead of an answer', 'drop'],
    ['after some output', { stdout: 'half', fault: 'drop' }],
    ['after some tokens', [output('half'), 'drop']],
  ])('%s gives the error of a real backend, and the output before it', async (name, answer) => {
    const { client } = await opened(answer);
    const run = client.run(['x']);
    const pieces: string[] = [];
    const read = async () => {
      for await (const token of run) {
        pieces.push(token.type);
      }
    };
    const error = await caught(read());
    expect(error).toBeInstanceOf(RemctlNetworkError);
    expect(error).toMatchObject({
      message: END,
      code: 'EOF',
      phase: 'command',
      commandState: 'unknown',
    });
    expect(pieces).toEqual(name.startsWith('instead') ? [] : ['output']);
  });

  test('while it is idle refuses the next command unsent', async () => {
    const { backend, client } = await opened({});
    await client.run(['x']).text();
    backend.drop();
    expect(await caught(client.run(['y']).text())).toMatchObject({
      message: END,
      commandState: 'not-sent',
    });
    await client.open('h');
    expect(await client.run(['z']).text()).toMatchObject({ status: 0 });
  });

  test('while a command waits ends the command, on every client', async () => {
    const { backend, client } = await opened('silence');
    const other = await createClient(backend, { host: 'h' });
    const waiting = [client, other].map((each) => caught(each.run(['x']).text()));
    await turn();
    backend.drop();
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ message: END, commandState: 'unknown' });
    }
  });

  test('at a NOOP fails it', async () => {
    const { client } = await opened({}, { noop: 'drop' });
    await expect(client.noop()).rejects.toThrow(END);
  });

  test('in every open is tried again by core, until the time-out', async () => {
    let opens = 0;
    const backend = scriptedBackend(() => ({}), {
      open: () => {
        opens += 1;
        return 'drop';
      },
    });
    const error = await openError(backend, { timeout: 0.1 });
    expect(error).toMatchObject({ code: 'EOF', phase: 'negotiate' });
    expect(opens).toBeGreaterThan(1);
  });
});

describe('an error of any class', () => {
  const broken = new RemctlInvalidTokenError('malformed result token from server: a test');

  test.each<[string, ScriptedAnswer]>([
    ['is an answer', broken],
    ['follows output', { stdout: 'half', fault: broken }],
    ['follows tokens', [output('half'), broken]],
  ])('%s', async (_, answer) => {
    expect(await answered(answer)).toBe(broken);
    expect(broken.commandState).toBe('unknown');
  });
});

describe('an open that fails', () => {
  test('fails each time with one error', async () => {
    const backend = scriptedBackend(() => ({}), { open: new RemctlAuthenticationError('no') });
    expect(await openError(backend)).toBeInstanceOf(RemctlAuthenticationError);
    expect(await openError(backend)).toBeInstanceOf(RemctlAuthenticationError);
  });

  test('fails once, also if core falls back to the legacy port meanwhile', async () => {
    const backend = scriptedBackend(() => ({}), { open: [refused] });
    await expect(createClient(backend, { host: 'h' })).rejects.toThrow(
      'cannot connect to h (port 4373): Connection refused',
    );
    const client = await createClient(backend, { host: 'h' });
    expect(client.isOpen).toBe(true);
  });

  test('fails the second and third time only', async () => {
    const backend = scriptedBackend(() => ({}), { open: [undefined, refused, refused] });
    const results: unknown[] = [];
    for (let open = 1; open <= 4; open += 1) {
      results.push((await openError(backend))?.name);
    }
    expect(results).toEqual([undefined, 'RemctlNetworkError', 'RemctlNetworkError', undefined]);
  });

  test('fails as a function of the target says, given or thrown, now or later', async () => {
    const hosts = scriptedBackend(() => ({}), {
      open: (to) => (to.host === 'h' ? authenticationFailed(to, 'no ticket') : undefined),
    });
    expect(await openError(hosts)).toMatchObject({
      message:
        'GSS-API error initializing context: cannot authenticate to h (port 4373): no ticket',
    });
    expect((await createClient(hosts, { host: 'other' })).isOpen).toBe(true);
    const thrown = scriptedBackend(() => ({}), {
      open: async (to) => {
        await turn();
        throw timedOut(to, 'connect', to.timeoutMs);
      },
    });
    expect(await openError(thrown, { timeout: 3 })).toMatchObject({
      message: 'cannot connect to h (port 4373): timed out: no connection within 3 s',
    });
  });

  test('in a way that is none says so', async () => {
    const backend = scriptedBackend(() => ({}), { open: () => loose('silent') });
    await expect(openError(backend)).resolves.toMatchObject({
      message: expect.stringMatching(/an open must be .*'silent'/),
    });
  });
});

describe('the protocol', () => {
  test('is 3 by default, 2 without NOOP, and the connection lives on', async () => {
    expect(await (await opened({})).client.noop()).toBe(true);
    const { client } = await opened({}, { protocol: 2 });
    await expect(client.noop()).rejects.toThrow(RemctlUnsupportedError);
    expect(await client.run(['x']).text()).toMatchObject({ status: 0 });
  });

  test('1 opens a connection for each command and has no NOOP', async () => {
    let opens = 0;
    const backend = scriptedBackend(() => ({ stdout: 'x' }), {
      protocol: 1,
      open: () => {
        opens += 1;
        return undefined;
      },
    });
    const client: Remctl = await createClient(backend, { host: 'h' });
    await expect(client.noop()).rejects.toThrow(RemctlUnsupportedError);
    await client.run(['a']).text();
    await client.run(['b']).text();
    expect(opens).toBe(2);
    await expect(createClient(backend, { host: 'h', minProtocol: 2 })).rejects.toThrow(
      /protocol 1/,
    );
  });

  test('4 is refused', () => {
    expect(() => scriptedBackend(() => ({}), { protocol: loose(4) })).toThrow(RangeError);
  });
});

test('the finally of a generator runs once the client has gone', async () => {
  let ended = false;
  const backend = scriptedBackend(async function* () {
    try {
      for (;;) {
        yield output('more');
      }
    } finally {
      ended = true;
    }
  });
  const client = await createClient(backend, { host: 'h' });
  for await (const _ of client.run(['x'])) {
    break;
  }
  await turn();
  expect(ended).toBe(true);
  expect(await tokensOf((await opened([SUCCESS])).client.run(['x']))).toEqual([SUCCESS]);
});

test.each<[unknown, string]>([
  [{ stdot: 'x' }, `a script's answer: there is no option "stdot": did you mean stdout?`],
  [{ stdout: 'x', fault: 'drp' }, "fault must be 'silence', 'drop' or an Error, not 'drp'"],
  [{ stdout: 'x', fault: null }, 'not null'],
])('an answer with a slip is an error: %j', async (answer, message) => {
  const backend = scriptedBackend(() => loose(answer));
  const client = await createClient(backend, { host: 'anywhere' });
  await expect(client.run(['x']).text()).rejects.toThrow(message);
});

test('a script that is no function, and an option that does not exist, are TypeErrors', () => {
  expect(() => scriptedBackend(loose({}))).toThrow('the script must be a function');
  expect(() => scriptedBackend(() => 'drop', loose({ opne: 'drop' }))).toThrow(
    'scriptedBackend(): there is no option "opne": did you mean open?',
  );
});
