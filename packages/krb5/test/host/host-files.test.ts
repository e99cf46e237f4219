/** The system's files about hosts, and the look-ups that follow them. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { linesFor, nameOfAddress, parseHosts } from '../../src/host/hosts-file.js';
import { numericAddress } from '../../src/host/numeric-address.js';
import { dnsCandidates, nameOf, resolveHost } from '../../src/host/resolve-host.js';
import { parseServices, searchSettings } from '../../src/host/system-files.js';

describe('/etc/hosts', () => {
  const lines = parseHosts(
    [
      '# a comment',
      '127.0.0.1\tlocalhost',
      '  192.0.2.1  first.example.org  alias  # and a comment',
      '2001:db8::1 six.example.org ALIAS',
      '192.0.2.2',
      'no-address name',
      '192.0.2.3 #name',
      '',
    ].join('\n'),
  );

  test('the first name of a line is canonical, and names match in any case', () => {
    expect(linesFor(lines, 'Alias').map(({ address, names }) => [address, names[0]])).toEqual([
      ['192.0.2.1', 'first.example.org'],
      ['2001:db8::1', 'six.example.org'],
    ]);
  });

  test('an address has the first name of its first line', () => {
    expect(nameOfAddress(lines, '192.0.2.1')).toBe('first.example.org');
    expect(nameOfAddress(lines, '2001:DB8:0::1')).toBe('six.example.org');
    expect(nameOfAddress(lines, '192.0.2.9')).toBeUndefined();
  });

  test('lines without an address or a name are skipped', () => {
    expect(lines).toHaveLength(3);
  });
});

test.each([
  ['hosts: files dns', ['files', 'dns']],
  [
    'passwd: files\nhosts:\tfiles mdns4_minimal [NOTFOUND=return] dns myhostname # x',
    ['files', 'mdns4_minimal unknown', 'dns', 'myhostname'],
  ],
  ['hosts: files resolve [!UNAVAIL=return] dns', ['files', 'resolve unknown unanswered', 'dns']],
  ['hosts: dns[tryagain=RETURN  NOTFOUND=continue]files', ['dns unanswered', 'files']],
  ['hosts: dns [!NOTFOUND=return] [TRYAGAIN=continue] files', ['dns', 'files']],
  ['#hosts: dns', ['files', 'dns']],
  ['', ['files', 'dns']],
])('nsswitch.conf gives the services, and which of them end the search: %j', (text, services) => {
  const described = parseServices(text).map(({ name, endsIfUnknown, endsIfUnanswered }) =>
    [name, endsIfUnknown ? 'unknown' : [], endsIfUnanswered ? 'unanswered' : []].flat().join(' '),
  );
  expect(described).toEqual(services);
});

test.each([
  ['search a.test b.test\nnameserver 192.0.2.1', {}, { search: ['a.test', 'b.test'], ndots: 1 }],
  ['domain a.test\nsearch b.test\noptions rotate ndots:3', {}, { search: ['b.test'], ndots: 3 }],
  ['options ndots:99', {}, { search: ['own.test'], ndots: 15 }],
  ['# search c.test\nsearch .', {}, { search: ['own.test'], ndots: 1 }],
  ['search a.test', { LOCALDOMAIN: 'b.test c.test' }, { search: ['b.test', 'c.test'], ndots: 1 }],
  ['options ndots:2', { RES_OPTIONS: 'rotate ndots:4' }, { search: ['own.test'], ndots: 4 }],
])(
  'resolv.conf and the environment give the search list and ndots: %j %j',
  (text, env, expected) => {
    expect(searchSettings(text, env, 'host.own.test')).toEqual(expected);
  },
);

test('a machine without a domain searches none', () => {
  expect(searchSettings('', {}, 'host').search).toEqual([]);
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.1', '127.0.0.1'],
  ['1.2.3', '1.2.0.3'],
  ['0x7f.1', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['127.0.0.010', '127.0.0.8'],
  ['0', '0.0.0.0'],
  ['2001:db8::1', '2001:db8::1'],
  ['4294967296', undefined],
  ['127.0.0.256', undefined],
  ['256.1', undefined],
  ['127.0.0.08', undefined],
  ['1.2.3.4.5', undefined],
  ['127.0.0.1.', undefined],
  ['1e3', undefined],
  ['-1', undefined],
  ['', undefined],
  ['[::1]', undefined],
  ['example.test', undefined],
])('getaddrinfo takes %j for the address %j', (text, address) => {
  expect(numericAddress(text)?.address).toBe(address);
});

test.each([
  ['host', ['host.a.test', 'host']],
  ['host.b', ['host.b', 'host.b.a.test']],
  ['host.', ['host']],
])('dnsCandidates lists the names that DNS is asked for: %s', (host, names) => {
  expect(dnsCandidates(host, { search: ['a.test'], ndots: 1 })).toEqual(names);
});

describe('names that need no DNS', () => {
  test('an address is its own canonical name', async () => {
    const addresses = [{ address: '::1', family: 6 }];
    expect(await resolveHost('::1')).toEqual({ canonicalName: '::1', addresses });
  });

  test('localhost is this machine’s loopback address', async () => {
    const { addresses } = await resolveHost('localhost');
    expect(addresses.map(({ address }) => address)).toContain('127.0.0.1');
    expect(await nameOf('127.0.0.1')).toBe('localhost');
  });

  test('many look-ups with one signal put one listener on it', async () => {
    const { signal } = new AbortController();
    const all = Array.from({ length: 40 }, () => resolveHost('localhost', signal));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
    await Promise.all(all);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('a signal that has aborted ends a look-up with its reason', async () => {
    const signal = AbortSignal.abort('the reason');
    await expect(resolveHost('localhost', signal)).rejects.toBe('the reason');
    await expect(nameOf('127.0.0.1', signal)).rejects.toBe('the reason');
  });
});
