/** Values that no setting of krb5.conf can have, beside libkrb5. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/asn1/codec.js';
import { asRequestBody } from '../../src/client/as-exchange.js';
import { asTerms } from '../../src/client/as-terms.js';
import { namedAddresses } from '../../src/client/named-addresses.js';
import { asEtypes, permittedEtypes, tgsEtypes } from '../../src/client/offered-etypes.js';
import {
  encryptedTimestampDisabled,
  type Krb5Config,
  readKrb5Config,
  udpPreferenceLimit,
} from '../../src/config/krb5-config.js';
import { isSupportedEtype, unknownEtypeNames } from '../../src/crypto/index.js';
import type { OwnAddress } from '../../src/host/own-addresses.js';
import { asReq, type KdcReqBody } from '../../src/messages/kdc-messages.js';
import { parsePrincipal } from '../../src/principal.js';
import { octetsOf } from '../../src/text/octet-text.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

const SAMPLES = 120;
/** The clock of the requests, in seconds since 1970: that of mit-answers.c. */
const NOW = 1_700_000_000;

const WORDS = fc.constantFrom(
  ...['true', 'FALSE', 'Yes', 'no', 'on', 'off', 't', 'nil', 'fallback', 'maybe', 'falses'],
  ...['false # no', 'false;', 'true yes', '', ' ', '0', '1', '2', '-1', '+5', ' 7', '7 ', '1k'],
  ...['0x10', '1465', '32700', '32701', '99999', '5m', '5 min', '5 seconds', '1h', '1:30', '-5m'],
  // A clockskew of -2147483648 is no use to compare: libkrb5's times wrap around.
  ...['999999999', '2147483648', '-2147483649', '99999999999999999999', '1e3'],
);
const TEXTS = fc.oneof(
  WORDS,
  fc.string({ unit: fc.constantFrom(...'0123456789+-: dhmsxtrue\t'), maxLength: 6 }),
);

/** Writes `lines` to a krb5.conf of a realm R that has no KDC, and returns the file's path. */
function conf(name: string, lines: readonly string[]): string {
  const head = ['[libdefaults]', 'default_realm = R', 'dns_lookup_kdc = false'];
  return files.write(name, [...head, ...lines, ''].join('\n'));
}

/** Reads the krb5.conf at `path`. */
const read = (path: string) => readKrb5Config({ KRB5_CONFIG: path });

/** Returns a value in quotes, so that none of its white space is lost. */
const quoted = (text: string) => `"${text}"`;

/** Returns what `give` gives; undefined for an error of the configuration. */
function unlessRefused<T>(give: () => T): T | undefined {
  try {
    return give();
  } catch (error) {
    expect(error).toMatchObject({ name: 'KRB5_CONFIG_BADFORMAT' });
    return undefined;
  }
}

/** Returns what a request asks for, without what differs from request to request. */
function terms({ kdcOptions, till, rtime, addresses = [] }: KdcReqBody) {
  const texts = addresses.map(
    ({ addrType, address }) => `${addrType} ${Buffer.from(address).toString('hex')}`,
  );
  return { kdcOptions, till, rtime, addresses: texts.sort() };
}

/** Returns what this package asks for. */
function ourTerms(config: Krb5Config, extra: readonly OwnAddress[] = []) {
  const client = parsePrincipal('user@R');
  return terms(asRequestBody(client, [], asTerms(config, client, NOW * 1000, extra)).fields);
}

/** Returns what libkrb5 asks for: `answer` is its AS-REQ. */
function theirTerms(answer: readonly string[] | undefined) {
  return terms(decode(asReq, octetsOf(answer?.[0] ?? '')).reqBody);
}

/** The settings whose values are never an error. */
const LENIENT = [
  ...['clockskew', 'kdc_timesync', 'rdns', 'udp_preference_limit'],
  ...['forwardable', 'proxiable', 'canonicalize', 'noaddresses'],
];

describe('a value that libkrb5 does not understand', () => {
  const mit = useMitAnswers();

  it('counts for the same as with libkrb5, whatever it is', async () => {
    const texts = fc.sample(TEXTS, SAMPLES);
    const paths = texts.map((text, at) =>
      conf(`${at}.conf`, [
        ...LENIENT.map((name) => `${name} = ${quoted(text)}`),
        ...['[realms]', 'R = {', `disable_encrypted_timestamp = ${quoted(text)}`, '}'],
        ...['[a]', `x = ${quoted(text)}`],
      ]),
    );
    const questions = paths.map((path, at): Parameters<typeof mit.ask>[0] => [
      ['config', path],
      ['clockskew'],
      ['integer', path],
      ['boolean', path],
      ['kdcs', 'R'],
      ['truth', texts[at] ?? ''],
      ['as_request', 'user@R'],
    ]);
    const answers = mit.ask(questions.flat()).values();
    for (const [at, text] of texts.entries()) {
      const [, clockskew, integer, boolean, kdcs, truth, request] = (questions[at] ?? []).map(
        () => answers.next().value,
      );
      const config = await read(paths[at] ?? '');
      const lookup = files.write('dns.conf', `[libdefaults]\ndns_lookup_kdc = ${quoted(text)}\n`);
      const { dnsLookupKdc } = await read(lookup);
      expect({
        text,
        clockskew: Math.max(config.clockskew, -1),
        kdcTimesync: config.kdcTimesync,
        rdns: config.rdns,
        udp: unlessRefused(() => udpPreferenceLimit(config)) !== undefined,
        dnsLookupKdc,
        isTimestampDisabled: encryptedTimestampDisabled(config, 'R'),
        ...ourTerms(config),
      }).toEqual({
        text,
        clockskew: Number(clockskew?.[0]),
        kdcTimesync: integer?.[0] !== '0',
        rdns: boolean?.[0] !== '0',
        udp: kdcs !== undefined,
        dnsLookupKdc: truth?.[0] === '1',
        isTimestampDisabled: boolean?.[0] === '1',
        ...theirTerms(request),
      });
    }
  });

  it.each([
    ['dns_canonicalize_hostname', read],
    ['ticket_lifetime', async (path: string) => ourTerms(await read(path))],
    ['renew_lifetime', async (path: string) => ourTerms(await read(path))],
  ])('is an error with file and line where libkrb5 has an error: %s', async (name, use) => {
    const texts = fc.sample(TEXTS, SAMPLES);
    const paths = texts.map((text, at) => conf(`${at}.conf`, [`${name} = ${quoted(text)}`]));
    const answers = mit.ask(
      paths.flatMap((path) => [
        ['config', path],
        ['as_request', 'user@R'],
      ]),
    );
    for (const [at, text] of texts.entries()) {
      const [context, request] = answers.slice(2 * at, 2 * at + 2);
      const reason: unknown = await use(paths[at] ?? '').then(
        () => undefined,
        (error: unknown) => error,
      );
      const isRefused = context === undefined || request === undefined;
      expect([text, reason !== undefined]).toEqual([text, isRefused]);
      if (isRefused) {
        expect(String(reason)).toContain(`${paths[at]}:4: ${name} = ${text}: expected `);
      } else {
        const config = await read(paths[at] ?? '');
        expect([text, ourTerms(config)]).toEqual([text, theirTerms(request)]);
      }
    }
  });

  it.each(['0', '16', '1073741824', '65536', '-2147483648', '0x40000000', 'forwardable'])(
    'asks for the same as libkrb5 with kdc_default_options = %s',
    async (text) => {
      const path = conf('krb5.conf', [`kdc_default_options = ${text}`]);
      const [, request] = mit.ask([
        ['config', path],
        ['as_request', 'user@R'],
      ]);
      expect(ourTerms(await read(path))).toEqual(theirTerms(request));
    },
  );

  it('asks for the same addresses as libkrb5 with extra_addresses', async () => {
    const path = conf('krb5.conf', [
      'noaddresses = false',
      'extra_addresses = 192.0.2.7,,192.0.2.8 0x7f.2',
      'extra_addresses = no..host fd00::9 ::ffff:192.0.2.9 1:2:3:4:5:6:7:8',
    ]);
    const [, request] = mit.ask([
      ['config', path],
      ['as_request', 'user@R'],
    ]);
    const config = await read(path);
    const extra = await namedAddresses(config, 'R', new AbortController().signal);
    expect(extra).toHaveLength(6);
    expect(ourTerms(config, extra)).toEqual(theirTerms(request));
  });

  it('tells the names of encryption types that libkrb5 does not know', () => {
    const names = [
      ...['aes256-cts-hmac-sha1-96', 'aes256-cts', 'aes256-sha1', 'AES128-CTS', 'aes128-sha2'],
      ...['aes256-sha2', 'des3-cbc-raw', 'des3-cbc-sha1', 'des3-hmac-sha1', 'des3-cbc-sha1-kd'],
      ...['arcfour-hmac', 'rc4-hmac', 'arcfour-hmac-md5', 'arcfour-hmac-exp', 'rc4-hmac-exp'],
      ...['arcfour-hmac-md5-exp', 'camellia128-cts-cmac', 'camellia256-cts', 'des-cbc-crc'],
      ...[
        'des-cbc-md5',
        'des',
        'aes-256',
        'aes256',
        'camellia128',
        'aes256-cts-hmac-sha1-96;',
        '#',
      ],
    ];
    const answers = mit.ask(names.map((name) => ['etype', name]));
    const unknown = names.filter((_, at) => answers[at] === undefined);
    expect(unknownEtypeNames(names.join(' '))).toEqual(unknown);
    expect(unknownEtypeNames('DEFAULT +aes -rc4, des3\tcamellia')).toEqual([]);
  });

  it('leaves the same types in a list of encryption types', async () => {
    const name = fc.constantFrom(
      ...['aes', 'AES256-cts', 'aes128-cts', 'aes256-sha1', 'aes128-sha2', 'default', 'des3'],
      ...['aes256-cts-hmac-sha384-192', 'rc4', 'camellia', 'des-cbc-crc', 'aes-256', 'aes256', ''],
    );
    const sign = fc.constantFrom('', '', '', '+', '-', '--');
    const space = fc.constantFrom(' ', ',', ', ', '\t', '\v');
    const lists = fc
      .array(fc.tuple(sign, name, space), { minLength: 1, maxLength: 5 })
      .map((words) => words.flat().join(''));
    const texts = fc.sample(lists, SAMPLES);
    const paths = texts.map((text, at) =>
      conf(
        `${at}.conf`,
        ['permitted_enctypes', 'default_tkt_enctypes', 'default_tgs_enctypes'].map(
          (relation) => `${relation} = ${quoted(text)}`,
        ),
      ),
    );
    const answers = mit.ask(
      paths.flatMap((path) => [
        ['config', path],
        ['enctypes', 'permitted'],
        ['enctypes', 'tkt'],
        ['enctypes', 'tgs'],
      ]),
    );
    for (const [at, text] of texts.entries()) {
      const config = await read(paths[at] ?? '');
      const ours = [permittedEtypes, asEtypes, tgsEtypes].map((list) => {
        try {
          return list(config);
        } catch (error) {
          expect(error).toMatchObject({ name: 'KRB5_CONFIG_ETYPE_NOSUPP' });
          return [];
        }
      });
      // libkrb5 has types that this package refuses.
      const theirs = answers
        .slice(4 * at + 1, 4 * at + 4)
        .map((list) => (list ?? []).map(Number).filter(isSupportedEtype));
      expect([text, ours]).toEqual([text, theirs]);
    }
  });
});
