/** Options that a public function does not have. */
import { expect, test } from 'vitest';
import {
  createClient,
  createPool,
  discover,
  openFirst,
  Remctl,
  remctl,
  runOnHosts,
} from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { loose } from '../support/loose.js';
import { manualBackend } from '../support/manual-backend.js';
import { caught } from '../support/waiting.js';

const TARGET = { host: 'h', port: 1 };
const COMMAND = ['x'];

interface Scene {
  readonly backend: ReturnType<typeof manualBackend>['backend'];
  /** Open. */
  readonly client: Remctl;
}

type Call = (scene: Scene, options: never) => unknown;

const calls: Readonly<Record<string, Call>> = {
  'createClient()': ({ backend }, options) =>
    createClient(backend, { ...TARGET, ...loose<object>(options) }),
  'new Remctl()': ({ backend }, options) => new Remctl(backend, options),
  'remctl()': ({ backend }, options) =>
    remctl({ ...TARGET, backend, command: COMMAND, ...loose<object>(options) }),
  'open()': ({ client }, options) => client.open({ ...TARGET, ...loose<object>(options) }),
  'open() with a name': ({ client }, options) => client.open('h', 1, null, options),
  'command()': ({ client }, options) => client.command(COMMAND, options),
  'output()': ({ client }, options) => client.output(options),
  'noop()': ({ client }, options) => client.noop(options),
  'run()': ({ client }, options) => client.run(COMMAND, options),
  'createPool()': ({ backend }, options) => createPool(backend, TARGET, options),
  "createPool()'s target": ({ backend }, options) =>
    createPool(backend, { ...TARGET, ...loose<object>(options) }),
  'open() of a pool': async ({ backend }, options) =>
    (await createPool(backend, TARGET)).open(options),
  'run() of a pool': async ({ backend }, options) =>
    (await createPool(backend, TARGET)).run(COMMAND, options),
  'close() of a pool': async ({ backend }, options) =>
    (await createPool(backend, TARGET)).close(options),
  'runOnHosts()': ({ backend }, options) =>
    runOnHosts(['h'], COMMAND, { backend, ...loose<object>(options) }),
  'hosts[1]': ({ backend }, options) =>
    runOnHosts(['h', { ...TARGET, ...loose<object>(options) }], COMMAND, { backend }),
  'targets[1]': ({ client }, options) =>
    openFirst(client, [TARGET, { ...TARGET, ...loose<object>(options) }]),
  'openFirst()': ({ client }, options) => openFirst(client, [TARGET], options),
  'discover()': (_, options) => discover('example.org', options),
  'scriptedBackend()': (_, options) => scriptedBackend(() => 'drop', options),
};

/** Makes the call, and returns the message of its TypeError. Nothing may reach the backend. */
async function refusal(call: Call, options: object): Promise<string> {
  const { backend, log } = manualBackend();
  const client = new Remctl(backend);
  await client.open('before', 1);
  const { length } = log;
  const thrown = await caught((async () => call({ backend, client }, loose(options)))());
  expect(thrown).toBeInstanceOf(TypeError);
  expect(log).toHaveLength(length);
  expect(client.isOpen).toBe(true);
  return (thrown as Error).message;
}

test.each(Object.entries(calls))(
  '%s refuses an unknown option, also if it is undefined',
  async (name, call) => {
    const of = name.replace(/ (of|with) .*/, '');
    for (const value of [1, undefined]) {
      const message = await refusal(call, { nonesuch: value });
      expect(message).toContain('there is no option "nonesuch"');
      expect(message).toContain(of);
    }
  },
);

const SLIPS: readonly (readonly [string, string, string])[] = [
  ['createClient()', 'timeoutMs', 'did you mean timeout (seconds)?'],
  ['createClient()', 'keyTab', 'did you mean keytab?'],
  ['createClient()', 'keytabFile', 'did you mean keytab?'],
  ['createClient()', 'hostname', 'did you mean host?'],
  ['createClient()', 'user', "did you mean clientPrincipal (the client's"],
  ['createClient()', 'client_principal', "did you mean clientPrincipal (the client's"],
  ['createClient()', 'service', "did you mean principal (the server's"],
  ['createClient()', 'realm', "did you mean principal (the server's"],
  ['createClient()', 'set_ccache', 'did you mean ccache?'],
  ['createClient()', 'source_ip', 'did you mean sourceIp?'],
  ['createClient()', 'command', 'use remctl()'],
  ['createClient()', 'backend', "it is createClient()'s first argument"],
  ['new Remctl()', 'host', 'give it to open(), or use createClient(), which opens the client'],
  ['new Remctl()', 'signal', 'give it to each call'],
  ['remctl()', 'cmd', 'did you mean command?'],
  ['open()', 'timeout', 'give it to the client: to createClient(), new Remctl()'],
  ['open()', 'prot', 'did you mean port?'],
  ['run()', 'timeout', 'give it to the client'],
  ['run()', 'timeoutMs', 'if you mean timeout (seconds), give it to the client'],
  ['run()', 'abortSignal', 'did you mean signal?'],
  ['command()', 'host', 'give it to open()'],
  ['createPool()', 'host', "give it in the target, createPool()'s second argument"],
  ['createPool()', 'maxConnections', 'did you mean max?'],
  ['createPool()', 'idleTimeoutMillis', 'did you mean idleTimeout (seconds)?'],
  ["createPool()'s target", 'ccache', 'give it to the client'],
  ['runOnHosts()', 'concurrency', 'did you mean parallel?'],
  ['runOnHosts()', 'retries', 'did you mean retryUnsent?'],
  ['runOnHosts()', 'host', "the hosts are runOnHosts()'s first argument"],
  ['hosts[1]', 'hostname', 'did you mean host?'],
];

test.each(SLIPS)('%s: %s', async (name, option, says) => {
  expect(await refusal(calls[name] as Call, { [option]: 'x' })).toContain(says);
});

test('what discover() adds to a target is taken wherever a target is', async () => {
  const { backend } = manualBackend();
  const found = { ...TARGET, priority: 1, weight: 2 };
  const client = await createClient(backend, found);
  await client.open(found);
  await openFirst(client, [found]);
  await (await createPool(backend, found)).open();
  expect(await remctl({ ...found, backend, command: COMMAND })).toMatchObject({ status: 0 });
  for await (const { type } of runOnHosts([found], COMMAND, { backend })) {
    expect(type).toBe('finished');
  }
});

test('options may be an object of a class', async () => {
  class Settings {
    get host() {
      return 'h';
    }
    get port() {
      return 1;
    }
    get maxOutput() {
      return 1;
    }
  }
  const backend = scriptedBackend(() => ({ stdout: 'two bytes at least' }));
  const client = await createClient(backend, new Settings());
  await expect(client.run(COMMAND).text()).rejects.toThrow('maxOutput');
});
