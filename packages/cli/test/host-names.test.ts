/** Names of hosts at the shell: the program on both backends beside the C client. */
import {
  C_PROGRAM,
  comparable,
  type NamesClient,
  POOLS,
  type Run,
  runNames,
  STEADY_HOSTS,
} from '@remctl/conformance/internal/names';
import { describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';

/** One name of each kind: all of them cost a process each. */
const ONE_OF_EACH = [
  'NODE2.EXAMPLE.TEST',
  'node2.example.test.',
  'chain',
  'to-moved.example.test',
  'named.example.test',
  'nameless.example.test',
  'second',
  '127.2',
  '::1',
  'closed.example.test',
];
/** How often each client opens a name that leads to several machines. */
const ROUNDS = 20;
/** Milliseconds: a test starts some 160 processes. */
const TIMEOUT_MS = 120_000;

/** The C client, then ours on each backend, all with these options. */
const clients = (...options: string[]): readonly NamesClient[] => [
  { ...C_PROGRAM, command: [...C_PROGRAM.command, ...options] },
  ...['pure', 'native'].map(
    (backend): NamesClient => ({
      type: 'program',
      command: [process.execPath, REMCTL, ...options],
      env: { REMCTL_BACKEND: backend },
    }),
  ),
];

const withoutCanonical = ['dns_canonicalize_hostname = false', 'rdns = false'];
const usual: readonly string[] = [];

/** Expects both backends to do as the C client did on each host. */
function expectSame(runs: readonly (readonly Run[])[]): void {
  const [theirs = [], pure, native] = runs.map((each) => each.map(comparable));
  expect(theirs.length).toBeGreaterThan(0);
  expect({ pure, native }).toEqual({ pure: theirs, native: theirs });
}

describe('the same machine, the same principal and the same text as the C client', () => {
  test(
    'without -s, if krb5.conf makes no name canonical',
    async () => {
      const job = { libdefaults: withoutCanonical, hosts: STEADY_HOSTS, clients: clients() };
      expectSame(await runNames(job));
    },
    TIMEOUT_MS,
  );

  test(
    "without -s, with Kerberos's own defaults",
    async () => {
      const job = { libdefaults: usual, hosts: ONE_OF_EACH, clients: clients() };
      expectSame(await runNames(job));
    },
    TIMEOUT_MS,
  );

  test.each([
    ['krb5.conf makes no name canonical', withoutCanonical],
    ['krb5.conf makes names canonical', usual],
  ])(
    'with -s, if %s',
    async (_, libdefaults) => {
      const hosts = ['accounts', 'node2.example.test.', '127.2', 'nameless.example.test', 'gone'];
      const options = ['-s', 'host/node2.example.test'];
      expectSame(await runNames({ libdefaults, hosts, clients: clients(...options) }));
    },
    TIMEOUT_MS,
  );
});

test.each([
  ['krb5.conf makes no name canonical', withoutCanonical],
  ['krb5.conf makes names canonical', usual],
])(
  'a name that DNS gives to two machines in turns succeeds each time, if %s',
  async (_, libdefaults) => {
    const hosts = Array<string>(ROUNDS).fill(POOLS.alias);
    const runs = await runNames({ libdefaults, hosts, clients: clients() });
    for (const each of runs) {
      expect(each.map(({ message }) => message).filter(Boolean)).toEqual([]);
      expect(new Set(each.map(({ machine }) => machine))).toEqual(new Set(['node2', 'node3']));
    }
  },
  TIMEOUT_MS,
);
