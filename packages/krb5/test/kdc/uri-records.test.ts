/** URI records that name KDCs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseUriRecord } from '../../src/kdc/uri-records.js';

const TERMS = { realm: 'R', anchors: ['FILE:/ca.pem'] };
const data = (text: string) => Buffer.concat([Buffer.of(0, 10, 0, 20), Buffer.from(text)]);

test.each([
  ['krb5srv::udp:kdc.example.org', { host: 'kdc.example.org', port: 88, transports: ['udp'] }],
  ['krb5srv::tcp:192.0.2.1:750', { host: '192.0.2.1', port: 750, transports: ['tcp'] }],
  ['KRB5SRV::TCP:kdc:750', { host: 'kdc', port: 750, transports: ['tcp'] }],
  ['krb5srv::udp:[2001:db8::1]:750', { host: '2001:db8::1', port: 750, transports: ['udp'] }],
  ['krb5srv:m:udp:kdc', { host: 'kdc', port: 88, transports: ['udp'], primary: true }],
  ['krb5srv:xM7:udp:kdc', { host: 'kdc', port: 88, transports: ['udp'], primary: true }],
  [
    'krb5srv:m:KKDCP:https://proxy:8443/KdcProxy',
    {
      host: 'proxy',
      port: 8443,
      transports: ['https'],
      proxy: { ...TERMS, host: 'proxy', path: '/KdcProxy' },
      primary: true,
    },
  ],
])('the record %s names a KDC', (text, kdc) => {
  expect(parseUriRecord(data(text), TERMS)).toEqual({
    priority: 10,
    weight: 20,
    kdc: { primary: false, ...kdc },
  });
});

test.each([
  '',
  'krb5srv',
  'krb5srv:',
  'krb5srv::udp',
  'krb5srv::udp:',
  'krb5srv::udp::88',
  'krb5srv::sctp:kdc',
  'krb5srv:udp:kdc',
  'krb5srvx::udp:kdc',
  'bogus::udp:kdc',
  'krb5srv::udp:kdc:port',
  'krb5srv::udp:88',
  'krb5srv::kkdcp:proxy',
  'krb5srv::kkdcp:http://proxy/',
  'krb5srv::udp:https://proxy/',
])('the record %j is passed over', (text) => {
  expect(parseUriRecord(data(text), TERMS)).toBeUndefined();
});

test('any bytes give a KDC with a host, a port and a transport, or nothing', () => {
  const texts = fc.oneof(
    fc.uint8Array(),
    fc.string().map((rest) => data(`krb5srv:m:udp:${rest}`)),
    fc
      .array(
        fc.constantFrom(
          'krb5srv',
          ':',
          'm',
          'tcp',
          'kdc',
          '1',
          '[',
          ']',
          ' ',
          '/',
          'kkdcp:https://',
        ),
      )
      .map((parts) => data(parts.join(''))),
  );
  fc.assert(
    fc.property(texts, (bytes) => {
      const kdc = parseUriRecord(bytes, TERMS)?.kdc;
      expect(
        kdc === undefined || (kdc.host !== '' && kdc.port > 0 && kdc.transports.length === 1),
      ).toBe(true);
    }),
  );
});
