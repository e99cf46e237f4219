/** The system's files about hosts, and the look-ups that follow them. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { linesFor, nameOfAddress, parseHosts } from '../../src/host/hosts-file.js';
import { dnsCandidates, nameOf, resolveHost } from '../../src/host/resolve-host.js';
import { parseResolvConf, parseServices } from '../../src/host/system-files.js';

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
    ['files', 'mdns4_minimal', 'dns', 'myhostname'],
  ],
  ['#hosts: dns', ['files', 'dns']],
  ['', ['files', 'dns']],
])('nsswitch.conf gives the services: %j', (text, services) => {
  expect(parseServices(text)).toEqual(services);
});

test.each([
  ['search a.test b.test\nnameserver 192.0.2.1', { search: ['a.test', 'b.test'], ndots: 1 }],
  ['domain a.test\nsearch b.test\noptions rotate ndots:3', { search: ['b.test'], ndots: 3 }],
  ['options ndots:99', { search: [], ndots: 15 }],
])('resolv.conf gives the search list and ndots: %j', (text, expected) => {
  expect(parseResolvConf(text)).toEqual(expected);
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
