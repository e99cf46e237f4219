/** Many hosts as a short text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandHosts } from '../../src/many/expand-hosts.js';
import { foldHosts } from '../../src/many/fold-hosts.js';

describe('foldHosts()', () => {
  test.each([
    [[], ''],
    [['a'], 'a'],
    [['web01'], 'web01'],
    [['web02', 'web01', 'web03', 'web07'], 'web[01-03,07]'],
    [['web9', 'web10', 'web8'], 'web[8-10]'],
    [['web09', 'web10', 'web08'], 'web[08-10]'],
    [['web99', 'web100'], 'web[99-100]'],
    [['n1a.example.org', 'n2a.example.org'], 'n[1-2]a.example.org'],
    [
      ['node1.dc1.example.org', 'node1.dc2.example.org'],
      'node1.dc1.example.org,node1.dc2.example.org',
    ],
    [['rack1-n1', 'rack1-n2', 'rack2-n1'], 'rack1-n[1-2],rack2-n1'],
    [['10.0.0.1', '10.0.0.2', '10.0.1.1'], '10.0.0.[1-2],10.0.1.1'],
    [['fe80::1', 'fe80::2'], 'fe80::1,fe80::2'],
    [['a', 'a', 'b1', 'b1'], 'b1,a'],
    [['x12345678901', 'x12345678902'], 'x12345678901,x12345678902'],
  ])('%j', (hosts, folded) => {
    expect(foldHosts(hosts)).toBe(folded);
  });

  test('2,000 hosts in a row are a few bytes', () => {
    const hosts = Array.from({ length: 2000 }, (_, index) => `web${index + 1}.example.org`);
    expect(foldHosts(hosts)).toBe('web[1-2000].example.org');
  });

  test('every host is in the text once', () => {
    const name = fc.stringMatching(/^[a-c]{0,2}0{0,2}[1-9]?[0-9]?[a-c]?(\.[a-c0-9]{1,2})?$/);
    fc.assert(
      fc.property(
        fc.array(name.filter((host) => host !== '' && !host.startsWith('.'))),
        (hosts) => {
          const unique = [...new Set(hosts)].sort();
          expect(hosts.length === 0 ? [] : expandHosts(foldHosts(hosts)).sort()).toEqual(unique);
        },
      ),
    );
  });
});
