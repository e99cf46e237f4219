/** Look-ups of hosts beside getaddrinfo(3), with a name server of the test's own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DnsRecords, type ResolverFiles, withDns, withNetwork } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';

const index = new URL('../../dist/index.js', import.meta.url).href;

const RECORDS: DnsRecords = {
  'node.example.test': { A: ['127.0.0.2'] },
  'dual.example.test': { A: ['127.0.0.3'], AAAA: ['::1'] },
  'half.example.test': { A: ['127.0.0.3'], AAAA: ['::1'], fails: ['AAAA'] },
  'alias.example.test': { CNAME: ['Node.Example.Test'] },
  'chain.example.test': { CNAME: ['alias.example.test'] },
  'dangling.example.test': { CNAME: ['gone.example.test'] },
  'to-empty.example.test': { CNAME: ['empty.example.test'] },
  'loop.example.test': { CNAME: ['loop.example.test'] },
  'empty.example.test': { PTR: ['unused.example.test'] },
  'broken.example.test': { fails: true },
  'next.other.test': { A: ['127.0.0.4'] },
  'broken2.example.test': { fails: true },
  'broken2.other.test': { A: ['127.0.0.5'] },
  'hosts.example.test': { A: ['127.0.0.6'] },
  'x.sub.example.test': { A: ['127.0.0.7'] },
  // The longest chain that is followed.
  ...Object.fromEntries(
    Array.from({ length: 16 }, (_, n) => [
      `c${n}.example.test`,
      { CNAME: [`c${n + 1}.example.test`] },
    ]),
  ),
  'c16.example.test': { A: ['127.0.0.8'] },
};

const NAMES = [
  ...['node', 'node.example.test', 'NODE.EXAMPLE.TEST', 'node.example.test.', 'node.', 'dual'],
  ...['half', 'alias', 'alias.example.test', 'chain', 'dangling', 'to-empty', 'loop', 'empty'],
  ...['broken', 'next', 'broken2', 'hosts', 'HOSTS', 'hosts.example.test', 'hosts.example.test.'],
  ...['second', 'twice', 'x.sub', 'c0', 'gone', 'gone.example.test', 'localhost', '127.0.0.1'],
  ...['127.1', '0x7f.1', '2130706433', '127.0.0.010', '08.1', '1.2.3.4.5', '256.1.1.1', '1e3'],
  ...['127.0.0.1.', '::1', '::ffff:127.0.0.1', '[::1]', '[127.0.0.1]', 'node:80', ' node', '-x'],
];

const HOSTS = `127.0.0.1 localhost
127.0.0.9 hosts.example.test hosts second
127.0.0.10 twice.example.test twice
127.0.0.11 twice.example.test twice
`;
const RESOLV = 'nameserver 127.0.0.1\nsearch example.test other.test\n';

const THEIRS = `
import json, socket, sys
CODES = {socket.EAI_NONAME: 'ENOTFOUND', socket.EAI_NODATA: 'ENODATA', socket.EAI_AGAIN: 'EAI_AGAIN'}
for name in json.loads(sys.argv[1]):
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
        print(name, found[0][3], *sorted(each[4][0] for each in found))
    except socket.gaierror as error:
        print(name, CODES.get(error.errno, error.errno))
`;

const OURS = `
const { resolveHost } = await import(process.argv[2]);
for (const name of JSON.parse(process.argv[1])) {
  try {
    const { canonicalName, addresses } = await resolveHost(name);
    console.log(name, canonicalName, ...addresses.map(({ address }) => address).sort());
  } catch (error) {
    console.log(name, error.code);
  }
}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-resolver-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function answers(
  command: readonly string[],
  files: ResolverFiles,
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const [program = '', ...args] = withNetwork(folder, files, withDns(folder, RECORDS, command));
  const output = execFileSync(program, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  return output.trimEnd().split('\n');
}

/** With these, ours differs on purpose: what DNS said counts, even if the hosts file is asked last. */
const DNS_FIRST = NAMES.filter((name) => name !== 'broken' && name !== 'empty');

test.each<[string, ResolverFiles, Readonly<Record<string, string>>, (readonly string[])?]>([
  ['the usual files', {}, {}],
  ['DNS before the hosts file', { nsswitch: 'hosts: dns files\n' }, {}, DNS_FIRST],
  ['a hosts file that ends the search', { nsswitch: 'hosts: files [NOTFOUND=return] dns\n' }, {}],
  ['no nsswitch.conf', { nsswitch: '' }, {}],
  ['the hosts file alone', { nsswitch: 'hosts: files\n' }, {}],
  ['a search list of LOCALDOMAIN', {}, { LOCALDOMAIN: 'other.test' }],
  ['ndots of RES_OPTIONS', {}, { RES_OPTIONS: 'ndots:3' }],
  ['ndots of resolv.conf', { resolv: `${RESOLV}options ndots:3\n` }, {}],
])('a host has the same canonical name and addresses with %s', (_, files, env, names = NAMES) => {
  const all = { hosts: HOSTS, resolv: RESOLV, ...files };
  const list = JSON.stringify(names);
  const theirs = answers(['/usr/bin/python3', '-c', THEIRS, list], all, env);
  const node = [process.execPath, '--input-type=module', '-e', OURS, list, index];
  expect(theirs).toHaveLength(names.length);
  expect(answers(node, all, env)).toEqual(theirs);
});
