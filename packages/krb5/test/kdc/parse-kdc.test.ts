/** The addresses of KDCs in krb5.conf. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKdc } from '../../src/kdc/parse-kdc.js';

const both = ['udp', 'tcp'];

test.each([
  ['kdc.example.org', { host: 'kdc.example.org', port: 88, transports: both }],
  ['kdc.example.org:750', { host: 'kdc.example.org', port: 750, transports: both }],
  ['192.0.2.1:750', { host: '192.0.2.1', port: 750, transports: both }],
  ['2001:db8::1', { host: '2001:db8::1', port: 88, transports: both }],
  ['[2001:db8::1]:750', { host: '2001:db8::1', port: 750, transports: both }],
  ['tcp/kdc.example.org', { host: 'kdc.example.org', port: 88, transports: ['tcp'] }],
  ['udp/[2001:db8::1]:1', { host: '2001:db8::1', port: 1, transports: ['udp'] }],
])('kdc = %s is read as an address', (value, kdc) => {
  expect(parseKdc(value)).toEqual(kdc);
});

test.each(['', 'https://proxy.example.org/KdcProxy', 'kdc:0', 'kdc:65536', 'kdc:x', 'a b', '[::1'])(
  'kdc = %s cannot be asked',
  (value) => {
    expect(parseKdc(value)).toBeUndefined();
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
      expect(parseKdc(`${prefix}/${written}:${number}`)).toEqual({
        host: name,
        port: number,
        transports: [prefix],
      });
      const any = parseKdc(text);
      expect(any === undefined || (any.host !== '' && any.port > 0)).toBe(true);
    }),
  );
});
