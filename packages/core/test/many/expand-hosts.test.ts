/** Lists of hosts with commas and ranges. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandHosts, parseHostsFile } from '../../src/index.js';
import { loose } from '../support/loose.js';

describe('expandHosts', () => {
  test.each<[string, readonly string[]]>([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a , b\tc ', ['a', 'b', 'c']],
    ['b,a,b', ['b', 'a', 'b']],
    ['web[08-11].example.org', ['08', '09', '10', '11'].map((n) => `web${n}.example.org`)],
    ['web[8-11]', ['web8', 'web9', 'web10', 'web11']],
    ['web[1,3-5]', ['web1', 'web3', 'web4', 'web5']],
    ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
    ['10.0.0.[1-3]', ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
    ['[::1],2001:db8::1', ['::1', '2001:db8::1']],
    ['web[ 1 - 2 , 4 ]', ['web1', 'web2', 'web4']],
  ])('%s', (text, hosts) => {
    expect(expandHosts(text)).toEqual(hosts);
  });

  test.each<[string, RegExp]>([
    ['', /names no host/],
    [' ', /names no host/],
    ['a,,b', /missing at a comma/],
    ['a,', /missing at a comma/],
    ['web[1-2', /no partner/],
    ['web1-2]', /no partner/],
    ['web[]', /neither a number nor a range/],
    ['web[a-c]', /neither a number nor a range/],
    ['web[1-]', /neither a number nor a range/],
    ['web[2-1]', /counts down/],
    ['web[1-9999999999]', /more than 9 digits/],
    ['web[1-100001]', /more than 100000/],
    ['a[1-1000]b[1-1000]c[1-1000]', /more than 100000/],
    ['[1-60000],[1-60000]', /more than 100000/],
    ['[0-999999999]', /more than 100000/],
    ['a[1-999999999]'.repeat(1000), /more than 100000/],
    ['web[1:3]', /"1:3" is neither a number nor a range/],
    ['[1:3]', /"1:3" is no IPv6 address/],
    ['[::1]:4373', /"::1" is neither a number nor a range/],
  ])('refuses %s', (text, message) => {
    expect(() => expandHosts(text)).toThrow(RangeError);
    expect(() => expandHosts(text)).toThrow(message);
  });

  test('refuses what is no text', () => {
    expect(() => expandHosts(loose(['a']))).toThrow(TypeError);
  });

  test('a range has its numbers in order, as wide as its first one', () => {
    const range = fc.tuple(fc.nat(900), fc.nat(50), fc.integer({ min: 1, max: 6 }));
    fc.assert(
      fc.property(range, ([first, more, width]) => {
        const text = String(first).padStart(width, '0');
        const hosts = expandHosts(`n[${text}-${first + more}].x`);
        expect(hosts.length).toBe(more + 1);
        expect(hosts[0]).toBe(`n${text}.x`);
        expect(hosts.map((host) => Number(host.slice(1, -2)))).toEqual(
          Array.from({ length: more + 1 }, (_, index) => first + index),
        );
      }),
    );
  });

  test('any text gives hosts or a RangeError', () => {
    const characters = fc.constantFrom('[', ']', '-', ',', '0', '1', '9', 'a', '.', ':', ' ', '\n');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 24 }), (text) => {
        try {
          expect(expandHosts(text).every((host) => host !== '')).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe('parseHostsFile', () => {
  test('takes one or more hosts a line, without comments and empty lines', () => {
    const text = '# all\na\r\n\n  b, c[1-2] # two\n d e\n';
    expect(parseHostsFile(text)).toEqual(['a', 'b', 'c1', 'c2', 'd', 'e']);
    expect(parseHostsFile('# none\n')).toEqual([]);
  });

  test('a mark of the byte order counts for nothing', () => {
    expect(parseHostsFile('\ufeffa\nb\n')).toEqual(['a', 'b']);
  });

  test('refuses what is no text', () => {
    expect(() => parseHostsFile(loose(Buffer.from('a')))).toThrow(TypeError);
    expect(() => parseHostsFile(loose(Buffer.from('a')))).toThrow(/must be a string/);
  });

  test('gives the hosts of each line, however lines end and comments stand', () => {
    const host = fc.stringMatching(/^[a-z]{1,8}$/);
    const line = fc.record({
      hosts: fc.array(host, { maxLength: 3 }),
      by: fc.constantFrom(' ', ',', ', ', '\t'),
      comment: fc.option(fc.stringMatching(/^[^\r\n]{0,9}$/), { nil: undefined }),
      end: fc.constantFrom('\n', '\r\n'),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), (lines) => {
        const text = lines
          .map(({ hosts, by, comment, end }) => {
            const said = comment === undefined ? '' : `# ${comment}`;
            return hosts.join(by) + said + end;
          })
          .join('');
        expect(parseHostsFile(text)).toEqual(lines.flatMap(({ hosts }) => hosts));
      }),
    );
  });

  test('names the line that it refuses', () => {
    expect(() => parseHostsFile('a\nb[2-1]\n')).toThrow(/^line 2: .*counts down/);
    expect(() => parseHostsFile('a[1-60000]\nb[1-60000]\n')).toThrow(/^line 2: .*more than 100000/);
  });
});
