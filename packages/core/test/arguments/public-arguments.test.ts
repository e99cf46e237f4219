/** Bad arguments of the public functions: errors name argument and remedy. */
import { expect, test } from 'vitest';
import { createClient, Remctl, remctl } from '../../src/index.js';
import { manualBackend } from '../support/manual-backend.js';
import { caught } from '../support/waiting.js';

const COMMAND = ['x'];

interface Bad {
  readonly title: string;
  readonly call: (loose: Loose) => unknown;
  readonly error: typeof TypeError | typeof RangeError;
  readonly says: RegExp;
}

/** The public functions and a client, without their types. */
interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the point
  readonly remctl: (...values: any[]) => Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly createClient: (...values: any[]) => Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly client: any;
  readonly backend: unknown;
}

const bad: readonly Bad[] = [
  {
    title: 'remctl() without an argument',
    call: ({ remctl }) => remctl(),
    error: TypeError,
    says: /an object: \{ host/,
  },
  {
    title: 'remctl() with null',
    call: ({ remctl }) => remctl(null),
    error: TypeError,
    says: /an object: \{ host/,
  },
  {
    title: 'remctl() with a name',
    call: ({ remctl }) => remctl('host'),
    error: TypeError,
    says: /an object: \{ host/,
  },
  {
    title: 'remctl() without host',
    call: ({ remctl, backend }) => remctl({ backend, command: COMMAND }),
    error: TypeError,
    says: /^host is missing/,
  },
  {
    title: 'remctl() with host null',
    call: ({ remctl, backend }) => remctl({ backend, host: null, command: COMMAND }),
    error: TypeError,
    says: /^host must be a string, not null/,
  },
  {
    title: 'remctl() without command',
    call: ({ remctl, backend }) => remctl({ backend, host: 'h' }),
    error: TypeError,
    says: /^command must be an iterable .* not undefined/,
  },
  {
    title: 'remctl() with one string as the command',
    call: ({ remctl, backend }) => remctl({ backend, host: 'h', command: 'ls -l' }),
    error: TypeError,
    says: /^command must be a list of arguments/,
  },
  {
    title: 'a port that is a name',
    call: ({ client }) => client.open('h', 'foo'),
    error: TypeError,
    says: /^port must be a whole number from 1 to 65535.*; it is the string "foo"$/,
  },
  {
    title: 'a port that is digits in a string',
    call: ({ client }) => client.open('h', '4373'),
    error: TypeError,
    says: /^port must be a whole number.*"4373": pass 4373$/,
  },
  {
    title: 'a port of NaN',
    call: ({ client }) => client.open('h', Number.NaN),
    error: RangeError,
    says: /^port must be a whole number .* it is NaN$/,
  },
  {
    title: 'open() without an argument',
    call: ({ client }) => client.open(),
    error: TypeError,
    says: /^host is missing/,
  },
  {
    title: 'open() with null',
    call: ({ client }) => client.open(null),
    error: TypeError,
    says: /a target must be an object/,
  },
  {
    title: 'open() with options that are a number',
    call: ({ client }) => client.open('h', 1, null, 30),
    error: TypeError,
    says: /^the options must be an object/,
  },
  {
    title: 'createClient() with options that are null',
    call: ({ createClient, backend }) => createClient(backend, null),
    error: TypeError,
    says: /^the options must be an object, not null/,
  },
  {
    title: 'createClient() with options in place of the backend',
    call: ({ createClient }) => createClient({ host: 'h' }),
    error: TypeError,
    says: /takes the backend first.*createClient\('pure', \{ host \}\)/,
  },
  {
    title: 'a port without a host',
    call: ({ createClient, backend }) => createClient(backend, { port: 4373 }),
    error: TypeError,
    says: /^host is missing/,
  },
  {
    title: 'open() with a signal that is a number',
    call: ({ client }) => client.open({ host: 'h', signal: 5 }),
    error: TypeError,
    says: /^signal must be an AbortSignal, not a value of type number/,
  },
  {
    title: 'command() with a controller as the signal',
    call: ({ client }) => client.command(COMMAND, { signal: new AbortController() }),
    error: TypeError,
    says: /^signal must be an AbortSignal/,
  },
  {
    title: 'output() with null',
    call: ({ client }) => client.output(null),
    error: TypeError,
    says: /^the options must be an object.*null/,
  },
  {
    title: 'noop() with a signal that is a string',
    call: ({ client }) => client.noop({ signal: 'x' }),
    error: TypeError,
    says: /^signal must be/,
  },
  {
    title: 'run() with a signal that is an empty object',
    call: async ({ client }) => client.run(COMMAND, { signal: {} }),
    error: TypeError,
    says: /^signal must be/,
  },
  {
    title: 'run() with null',
    call: async ({ client }) => client.run(COMMAND, null),
    error: TypeError,
    says: /^the options must be an object/,
  },
  {
    title: 'run() without a command',
    call: async ({ client }) => client.run(),
    error: TypeError,
    says: /^command must be/,
  },
];

/** Calls with several bad arguments, in the order in which they are checked. */
const order: readonly Bad[] = [
  {
    title: 'host before port',
    call: ({ remctl, backend }) =>
      remctl({ backend, host: '', port: -1, principal: '', command: [] }),
    error: RangeError,
    says: /^host/,
  },
  {
    title: 'port before principal',
    call: ({ remctl, backend }) =>
      remctl({ backend, host: 'h', port: -1, principal: '', command: [] }),
    error: RangeError,
    says: /^port/,
  },
  {
    title: 'principal before command',
    call: ({ remctl, backend }) => remctl({ backend, host: 'h', principal: '', command: [] }),
    error: RangeError,
    says: /^principal/,
  },
  {
    title: 'command before timeout',
    call: ({ remctl, backend }) => remctl({ backend, host: 'h', command: [], timeout: -1 }),
    error: RangeError,
    says: /^command/,
  },
];

/** Makes the call, and expects its error. Nothing may reach the backend, and the client stays open. */
async function expectRefusal({ call, error, says }: Bad): Promise<void> {
  const manual = manualBackend();
  const client = new Remctl(manual.backend);
  await client.open('before', 1);
  const { length } = manual.log;
  const loose = { remctl, createClient, client, backend: manual.backend } as Loose;
  const thrown = await caught(Promise.resolve(call(loose)));
  expect(thrown).toBeInstanceOf(error);
  expect((thrown as Error).message).toMatch(says);
  expect(manual.log).toHaveLength(length);
  expect(client.isOpen).toBe(true);
}

test.each(bad)('$title is refused', expectRefusal);

test.each(order)('the error for several bad arguments names $title', expectRefusal);
