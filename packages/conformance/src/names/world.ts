/** A small site: its name server, its hosts file, its machines and their services. */
import { type DnsRecords, reverseName } from '@remctl/realm';

/** A machine: its remctld answers at the address, and has the keys of host/<each name>. */
export interface Machine {
  readonly address: string;
  readonly services: readonly string[];
}

/** The machines by name; `test where` of each prints that name. */
export const MACHINES: Readonly<Record<string, Machine>> = {
  local: { address: '127.0.0.1', services: ['localhost', 'loopback.example.test'] },
  node2: { address: '127.0.0.2', services: ['node2.example.test', 'known.example.test'] },
  node3: { address: '127.0.0.3', services: ['node3.example.test'] },
  real4: { address: '127.0.0.4', services: ['named.example.test', 'real4.example.test'] },
  nameless: { address: '127.0.0.5', services: ['nameless.example.test'] },
  first: { address: '127.0.0.6', services: ['first.example.test'] },
  six: { address: '::1', services: ['six.example.test'] },
  moved: { address: '127.0.0.7', services: ['moved.example.test'] },
};

/** /etc/hosts. It has `moved` at another address than DNS. */
export const HOSTS_FILE = `127.0.0.1 localhost
127.0.0.6 first.example.test second ALIAS
127.0.0.7 moved.example.test
`;

export const RESOLV_CONF = 'nameserver 127.0.0.1\nsearch example.test\n';

const NODES = ['node2.example.test', 'node3.example.test'];

export const DNS_RECORDS: DnsRecords = {
  'node2.example.test': { A: ['127.0.0.2'] },
  'node3.example.test': { A: ['127.0.0.3'] },
  'accounts.example.test': { CNAME: ['Node2.Example.Test'] },
  'known.example.test': { CNAME: ['node2.example.test'] },
  'chain.example.test': { CNAME: ['accounts.example.test'] },
  'to-moved.example.test': { CNAME: ['moved.example.test'] },
  'moved.example.test': { A: ['127.0.0.2'] },
  'named.example.test': { A: ['127.0.0.4'] },
  'real4.example.test': { A: ['127.0.0.4'] },
  'nameless.example.test': { A: ['127.0.0.5'] },
  'six.example.test': { AAAA: ['::1'] },
  'closed.example.test': { CNAME: ['nobody.example.test'] },
  'nobody.example.test': { A: ['127.0.0.9'] },
  'dangling.example.test': { CNAME: ['gone.example.test'] },
  'loop.example.test': { CNAME: ['pool2.example.test'] },
  'pool2.example.test': { CNAME: ['loop.example.test'] },
  'empty.example.test': { PTR: ['unused.example.test'] },
  'broken.example.test': { fails: true },
  // These lead to another machine each time.
  'pool.example.test': { CNAME: NODES },
  'many.example.test': { A: ['127.0.0.2', '127.0.0.3'] },
  'half.example.test': { A: ['127.0.0.3', '127.0.0.9'] },
  [reverseName('127.0.0.1')]: { PTR: ['loopback.example.test'] },
  [reverseName('127.0.0.2')]: { PTR: ['node2.example.test'] },
  [reverseName('127.0.0.3')]: { PTR: ['node3.example.test'] },
  [reverseName('127.0.0.4')]: { PTR: ['real4.example.test'] },
  [reverseName('127.0.0.9')]: { PTR: ['nobody.example.test'] },
  [reverseName('127.0.0.7')]: { PTR: ['moved.example.test'] },
  [reverseName('::1')]: { PTR: ['six.example.test'] },
};

/** Names that lead to the same machine each time, or to none. */
export const STEADY_HOSTS = [
  'node2.example.test',
  'NODE2.EXAMPLE.TEST',
  'node2.example.test.',
  'node2',
  'accounts.example.test',
  'accounts',
  'known.example.test',
  'chain.example.test',
  'chain',
  'to-moved.example.test',
  'moved.example.test',
  'named.example.test',
  'nameless.example.test',
  'first.example.test',
  'first',
  'second',
  'alias',
  'localhost',
  'six.example.test',
  'six',
  '127.0.0.1',
  '127.0.0.2',
  '127.2',
  '0x7f000004',
  '::1',
  '[::1]',
  '[127.0.0.2]',
  'closed.example.test',
  'dangling.example.test',
  'loop.example.test',
  'empty.example.test',
  'broken.example.test',
  'gone.example.test',
  'gone',
  'a..b',
];

/** Names that lead to several machines, each with its own key. */
export const POOLS = {
  /** An alias of another machine each time. */
  alias: 'pool.example.test',
  /** A host of both machines' addresses, in turns. Its own principal does not exist. */
  addresses: 'many.example.test',
  /** A host of two addresses, and only one machine answers. */
  half: 'half.example.test',
} as const;
