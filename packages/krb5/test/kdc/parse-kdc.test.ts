/** The addresses of KDCs in krb5.conf. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseKdc } from '../../src/kdc/parse-kdc.js';
import { traceKinit } from '../support/kinit-trace.js';

const TERMS = { realm: 'R', anchors: ['FILE:/ca.pem'] };
const both = ['udp', 'tcp'];
const confWith = (kdc: string) =>
  `[libdefaults]\n  dns_lookup_kdc = false\n[realms]\n  R = {\n    kdc = ${kdc}\n  }\n`;

test.each([
  ['kdc.example.org', { host: 'kdc.example.org', port: 88, transports: both }],
  ['kdc.example.org:750', { host: 'kdc.example.org', port: 750, transports: both }],
  ['192.0.2.1:750', { host: '192.0.2.1', port: 750, transports: both }],
  ['2001:db8::1', { host: '2001:db8::1', port: 88, transports: both }],
  ['[2001:db8::1]:750', { host: '2001:db8::1', port: 750, transports: both }],
  ['tcp/kdc.example.org', { host: 'kdc.example.org', port: 88, transports: ['tcp'] }],
  ['kdc.example.org:750 # primary', { host: 'kdc.example.org', port: 750, transports: both }],
  ['kdc.example.org other.example.org', { host: 'kdc.example.org', port: 88, transports: both }],
  ['https', { host: 'https', port: 88, transports: both }],
  ['udp/[2001:db8::1]:1', { host: '2001:db8::1', port: 1, transports: ['udp'] }],
])('kdc = %s is read as an address', (value, kdc) => {
  expect(parseKdc(value, TERMS)).toEqual(kdc);
});

test.each([
  ['https://proxy.example.org/KdcProxy', 'proxy.example.org', 443, '/KdcProxy'],
  ['https://proxy.example.org', 'proxy.example.org', 443, '/'],
  ['https://proxy.example.org:8443/a/b?c=d  # comment', 'proxy.example.org', 8443, '/a/b?c=d'],
  ['https://[2001:db8::1]:8443/x', '2001:db8::1', 8443, '/x'],
] as const)('kdc = %s is read as a proxy', (value, host, port, path) => {
  expect(parseKdc(value, TERMS)).toEqual({
    host,
    port,
    transports: ['https'],
    proxy: { ...TERMS, host, path },
  });
});

test.each([
  '',
  'https://',
  'https:///x',
  'https://a:b@host/',
  'https://h:0/',
  'https://h/\u00e9',
  'http://h/x',
  'HTTPS://h/x',
  'kdc:0',
  'kdc:65536',
  'kdc:x',
  'kdc:',
  '88',
  '[::1',
])('kdc = %s cannot be asked', (value) => {
  expect(parseKdc(value, TERMS)).toBeUndefined();
});

describe('libkrb5 asks the same host', () => {
  test.each([
    '127.0.0.1',
    '127.0.0.1   # primary',
    '127.0.0.1\t127.0.0.2',
    '127.0.0.1 ; first',
    '127.0.0.1;first',
    '127.0.0.1:9',
    '127.0.0.1: 9',
    '127.0.0.1:+9',
    '"127.0.0.1 x"',
    '[::1]',
    '[::1] # x',
    '[::1]:9',
    '[::1]x:9',
    '#x',
    'https://127.0.0.1:9/KdcProxy',
    'https://127.0.0.1',
    'https://[::1]:9/x',
  ])('for kdc = %s', async (value) => {
    const { hosts, addresses } = await traceKinit('R', confWith(value));
    const kdc = parseKdc(value.replaceAll('"', ''), TERMS);
    expect(kdc?.host).toBe(hosts[0]);
    expect(addresses.every((address) => address === `${kdc?.host}:${kdc?.port}`)).toBe(true);
  });

  test.each([
    '127.0.0.1:',
    ':88',
    '88',
    '[::1',
    '127.0.0.1:65536',
    '127.0.0.1:x',
    'http://h/x',
    'HTTPS://h/x',
    'https:///x',
  ])('and none for kdc = %s', async (value) => {
    const { hosts, error } = await traceKinit('R', confWith(value));
    expect([hosts, error]).toEqual([[], expect.stringContaining('Invalid argument')]);
    expect(parseKdc(value, TERMS)).toBeUndefined();
  });
});

test.each(['127.0.0.1:9 # primary', '::1', 'https://127.0.0.1:9 # proxy'])(
  'kdc = %s serves here, but libkrb5 refuses it',
  async (value) => {
    const { error } = await traceKinit('R', confWith(value));
    expect(error).toContain('Invalid argument');
    expect(parseKdc(value, TERMS)).toBeDefined();
  },
);

test('any host and port are read as they are written, and any text gives an address or undefined', () => {
  const label = fc.string({ unit: fc.constantFrom(...'abz019-'), minLength: 1, maxLength: 8 });
  const host = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((each) => each.join('.')),
    fc.ipV4(),
    fc.ipV6(),
  );
  const port = fc.integer({ min: 1, max: 65_535 });
  const transport = fc.constantFrom('udp', 'tcp');
  fc.assert(
    fc.property(host, port, transport, fc.string(), (name, number, prefix, text) => {
      const written = name.includes(':') ? `[${name}]` : name;
      expect(parseKdc(`${prefix}/${written}:${number}`, TERMS)).toEqual({
        host: name,
        port: number,
        transports: [prefix],
      });
      const any = parseKdc(text, TERMS);
      expect(any === undefined || (any.host !== '' && any.port > 0)).toBe(true);
    }),
  );
});
