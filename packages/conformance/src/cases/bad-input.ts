/** Wrong arguments, names, addresses and credentials: each gives a typed error. */
import { freePort, startForwardingProxy } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { type ExpectedError, expectError, rejection } from '../support/expected-errors.js';

/** Passes a value of the wrong type, as JavaScript callers may. */
const wrong = <T>(value: unknown): T => value as T;

/** A case in which one call must reject. */
const badOpen = (
  id: string,
  title: string,
  expected: ExpectedError,
  call: (context: CaseContext) => Promise<unknown>,
): Case => ({
  id: `bad-input/${id}`,
  title,
  run: async (context) => expectError(await rejection(call(context)), expected),
});

/** A case of a list that is no command. The connection must survive it. */
const badCommand = (id: string, command: unknown, expected: ExpectedError): Case => ({
  id: `bad-input/command-${id}`,
  title: `a command that is ${id} is refused before anything is sent`,
  async run({ open }) {
    const client = await open();
    expectError(await rejection(client.command(wrong(command))), expected);
    expect(() => client.run(wrong(command))).toThrow();
    expect((await client.run(['echo', 'unharmed']).text()).stdout).toBe('unharmed\n');
  },
});

export const badInputCases: readonly Case[] = [
  {
    id: 'bad-input/port-range',
    title: 'a port outside 0 to 65535',
    async run({ client }) {
      for (const port of [-1, 65536, 4373.5]) {
        const error = await rejection(client().open('localhost', port));
        expectError(error, { name: 'RangeError', message: new RegExp(String(port)) });
      }
    },
  },
  badOpen('port-text', 'a port as text', { name: 'TypeError' }, ({ client, port }) =>
    client().open('localhost', wrong(String(port))),
  ),
  badOpen(
    'host-nul',
    'a NUL in host',
    { name: 'RangeError', message: /host/ },
    ({ client, port }) => client().open('local\0host', port),
  ),
  badOpen(
    'principal-nul',
    'a NUL in principal',
    { name: 'RangeError', message: /principal/ },
    async ({ client, port, use }) => {
      const proxy = await use(startForwardingProxy(port));
      const error = await rejection(client().open('localhost', proxy.port, 'host/local\0host'));
      expect(proxy.connections(), 'connections before the refusal').toBe(0);
      throw error;
    },
  ),
  badOpen(
    'timeout-negative',
    '"the timeout was negative"',
    { name: 'RangeError', message: /-1/ },
    async ({ client }) => client().setTimeout(-1),
  ),
  badOpen(
    'source-name',
    '"It must be an IP address, not a host name."',
    { name: 'RangeError', message: /not a host name/ },
    async ({ client }) => client().setSourceIp('localhost'),
  ),
  badOpen(
    'source-not-here',
    'a source address that this machine does not have',
    { name: 'RemctlNetworkError', code: 'EADDRNOTAVAIL' },
    ({ client, port }) => client({ sourceIp: '192.0.2.1' }).open('localhost', port),
  ),
  badOpen(
    'host-unknown',
    'a host name that does not resolve',
    { name: 'RemctlNetworkError', phase: 'resolve', message: /no\.such\.host\.invalid/ },
    ({ client, port }) => client().open('no.such.host.invalid', port),
  ),
  badOpen(
    'port-closed',
    'a port on which nothing listens',
    { name: 'RemctlNetworkError', phase: 'connect', code: 'ECONNREFUSED' },
    async ({ client }) => client().open('localhost', await freePort()),
  ),
  badOpen(
    'ccache-missing',
    'a credential cache that is not there',
    { name: 'RemctlAuthenticationError', message: /kinit/ },
    ({ client, port }) => client({ ccache: 'FILE:/no/such/ccache' }).open('localhost', port),
  ),
  badOpen(
    'ticket-expired',
    'an expired ticket',
    { name: 'RemctlAuthenticationError', message: /expired.*kinit/is },
    async ({ client, port, realm }) =>
      client({ ccache: await realm.expiredCcache() }).open('localhost', port),
  ),
  badOpen(
    'principal-unknown',
    'a principal that the KDC does not know',
    { name: 'RemctlAuthenticationError', message: /unknown\/localhost.*principal/s },
    ({ client, port, realm }) => client().open('localhost', port, realm.principals.unknownServer),
  ),
  {
    id: 'bad-input/principal-wrong',
    title: 'a principal whose key the server lacks is an authentication failure',
    async run({ client, port, realm }) {
      const error = await rejection(client().open('localhost', port, realm.principals.wrongServer));
      expectError(error, { name: 'RemctlAuthenticationError' });
    },
  },
  badCommand('empty', [], { name: 'RangeError', message: /empty/ }),
  badCommand('one string', 'echo hello', { name: 'TypeError', message: /list/ }),
  badCommand('a list with a number', ['echo', 1], { name: 'TypeError', message: /command\[1\]/ }),
  badCommand('null', null, { name: 'TypeError' }),
];
