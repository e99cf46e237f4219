/** The options of krb5.conf and their defaults. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capaths,
  encryptedTimestampDisabled,
  initialTicketOptions,
  readKrb5Config,
  realmKdcs,
  requireDefaultRealm,
  udpPreferenceLimit,
} from '../../src/config/krb5-config.js';
import { passedOverSettings } from '../../src/config/passed-over.js';
import { parseBoolean, parseInteger } from '../../src/config/profile.js';
import { passedOverValues } from '../../src/kdc/passed-over-kdcs.js';
import { PASSED_OVER_CHANNEL, tellPassedOver } from '../../src/kdc/tell-passed-over.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

async function configFrom(text: string) {
  return readKrb5Config({ KRB5_CONFIG: files.write('krb5.conf', text) });
}

describe('[libdefaults]', () => {
  it('has the defaults of MIT Kerberos', async () => {
    const { profile: _, ...settings } = await configFrom('');
    expect(settings).toEqual({
      defaultRealm: undefined,
      dnsLookupKdc: true,
      dnsUriLookup: true,
      dnsCanonicalizeHostname: true,
      rdns: true,
      qualifyShortname: undefined,
      requestTimeout: undefined,
      kdcTimesync: true,
      clockskew: 300,
      permittedEnctypes: undefined,
      defaultTktEnctypes: undefined,
      defaultTgsEnctypes: undefined,
    });
  });

  it('sets every option', async () => {
    const { profile: _, ...settings } = await configFrom(`[libdefaults]
      default_realm = EXAMPLE.ORG
      dns_lookup_kdc = false
      dns_uri_lookup = false
      dns_canonicalize_hostname = Fallback
      rdns = no
      qualify_shortname = ""
      request_timeout = 1m
      kdc_timesync = 0
      clockskew = 60
      permitted_enctypes = aes256-cts, aes128-cts
      default_tgs_enctypes = aes256-cts
    `);
    expect(settings).toEqual({
      defaultRealm: 'EXAMPLE.ORG',
      dnsLookupKdc: false,
      dnsUriLookup: false,
      dnsCanonicalizeHostname: 'fallback',
      rdns: false,
      qualifyShortname: '',
      requestTimeout: 60,
      kdcTimesync: false,
      clockskew: 60,
      permittedEnctypes: 'aes256-cts, aes128-cts',
      defaultTktEnctypes: 'aes256-cts, aes128-cts',
      defaultTgsEnctypes: 'aes256-cts',
    });
  });

  it('takes dns_fallback if dns_lookup_kdc is not set', async () => {
    const config = await configFrom('[libdefaults]\ndns_fallback = no\n');
    expect(config.dnsLookupKdc).toBe(false);
  });

  it.each([
    ['1', 1],
    ['-1', 1465],
    ['0', 0],
    ['100000', 32_700],
  ])('bounds udp_preference_limit = %s', async (text, limit) => {
    const config = await configFrom(`[libdefaults]\nudp_preference_limit = ${text}\n`);
    expect(udpPreferenceLimit(config)).toBe(limit);
  });

  it('gives the file and line of an error that libkrb5 has too, when the value is needed', async () => {
    const where = `${files.path('krb5.conf')}:3: `;
    await expect(
      configFrom('[libdefaults]\n\ndns_canonicalize_hostname = maybe\n'),
    ).rejects.toThrow(`${where}dns_canonicalize_hostname = maybe: expected `);
    const config = await configFrom('[libdefaults]\n\nudp_preference_limit = 1k\n');
    expect(() => udpPreferenceLimit(config)).toThrow(
      `${where}udp_preference_limit = 1k: expected `,
    );
  });
});

describe('a value that cannot be read', () => {
  it.each([
    ['rdns = falses', 'rdns', true, 'true'],
    ['dns_lookup_kdc = true # no DNS', 'dnsLookupKdc', false, 'false'],
    ['dns_uri_lookup = maybe', 'dnsUriLookup', true, 'true'],
    ['clockskew = 5 min', 'clockskew', 300, '300'],
    ['clockskew = 10m', 'clockskew', 300, '300'],
    ['kdc_timesync = 0 # off', 'kdcTimesync', true, '1'],
    ['request_timeout = soon', 'requestTimeout', undefined, 'its default'],
  ] as const)('is passed over, and told: %s', async (line, setting, value, instead) => {
    const config = await configFrom(`[libdefaults]\n\n${line}\n`);
    expect(config[setting]).toBe(value);
    const [name, text] = line.split(' = ');
    expect(passedOverSettings(config.profile)).toEqual([
      expect.objectContaining({
        file: files.path('krb5.conf'),
        line: 3,
        name,
        value: text,
        instead,
      }),
    ]);
  });

  it('of the settings for tickets counts as false, for one realm too', async () => {
    const config = await configFrom(`[libdefaults]
      forwardable = true # yes
      canonicalize = true
      R = {
        canonicalize = si
        noaddresses = quite
      }
      [realms]
      R = {
        disable_encrypted_timestamp = oui
      }
    `);
    expect(initialTicketOptions(config, 'R')).toMatchObject({
      forwardable: false,
      canonicalize: false,
      noaddresses: false,
    });
    expect(initialTicketOptions(config, 'S')).toMatchObject({ canonicalize: true });
    expect(encryptedTimestampDisabled(config, 'R')).toBe(false);
    expect(passedOverSettings(config.profile).map(({ line, name }) => [line, name])).toEqual([
      [2, 'forwardable'],
      [5, 'canonicalize'],
      [6, 'noaddresses'],
      [10, 'disable_encrypted_timestamp'],
    ]);
  });

  it.each([
    ['udp_preference_limit = -1', '1465'],
    ['udp_preference_limit = 40000', '32700'],
    ['permitted_enctypes = aes des-cbc-crc', 'the rest'],
    ['kdc_default_options = 0x10', '16'],
  ])('or that counts for another one is told: %s', async (line, instead) => {
    const config = await configFrom(`[libdefaults]\n${line}\n`);
    const [name, value] = line.split(' = ');
    const file = files.path('krb5.conf');
    const expected = expect.any(String);
    expect(passedOverSettings(config.profile)).toEqual([
      { file, line: 2, name, value, expected, instead },
    ]);
  });

  it.each([
    'udp_preference_limit = 1k',
    'permitted_enctypes = aes rc4-hmac',
    'ticket_lifetime = x',
    'R = {\nrdns = x\n}',
  ])('is not told if it is refused, known, or never read: %s', async (line) => {
    expect(passedOverSettings((await configFrom(`[libdefaults]\n${line}\n`)).profile)).toEqual([]);
  });

  it('of a kdc line is told, and the other lines count', async () => {
    const config = await configFrom(`[realms]
      R = {
        kdc = http://a.example.org/
        kdc = b.example.org # the second
      }
    `);
    expect(passedOverSettings(config.profile)).toEqual([]);
    expect(passedOverValues(config)).toEqual([
      expect.objectContaining({ line: 3, name: 'kdc', value: 'http://a.example.org/' }),
    ]);
  });

  it.each(['ticket_lifetime', 'renew_lifetime'])('of %s refuses initial tickets', async (name) => {
    const config = await configFrom(`[libdefaults]\n${name} = long\n`);
    expect(() => initialTicketOptions(config, 'R')).toThrow(`${name} = long: expected a duration`);
  });

  it('is published once to subscribers, and again if the line changes', async () => {
    const told: unknown[] = [];
    const listen = (message: unknown) => void told.push(message);
    tellPassedOver(await configFrom('[libdefaults]\nrdns = x\n'));
    subscribe(PASSED_OVER_CHANNEL, listen);
    try {
      tellPassedOver(await configFrom('[libdefaults]\nrdns = x\n'));
      tellPassedOver(await configFrom('[libdefaults]\nrdns = x\n'));
      expect(told).toEqual([expect.objectContaining({ line: 2, name: 'rdns', value: 'x' })]);
      tellPassedOver(await configFrom('[libdefaults]\nrdns = z\n'));
      expect(told).toHaveLength(2);
      tellPassedOver(await configFrom('[libdefaults]\nrdns = true\n'));
      tellPassedOver(await configFrom('[libdefaults]\nrdns = z\n'));
      expect(told).toHaveLength(3);
    } finally {
      unsubscribe(PASSED_OVER_CHANNEL, listen);
    }
  });
});

it('a value that is passed over is a warning too', async () => {
  const warnings: unknown[] = [];
  const listen = (message: unknown) => void warnings.push(message);
  subscribe('remctl:warning', listen);
  try {
    tellPassedOver(await configFrom('[libdefaults]\nforwardable = maybe\n'));
    expect(warnings).toEqual([
      {
        code: 'KRB5_CONF',
        message: expect.stringMatching(/, line 2: forwardable = maybe is passed over.* write /),
      },
    ]);
  } finally {
    unsubscribe('remctl:warning', listen);
  }
});

describe('many values that cannot be read', () => {
  it('are each published once', async () => {
    const realms = Array.from({ length: 1000 }, (_, at) => `R${at} = {\nforwardable = x\n}\n`);
    const text = `[libdefaults]\n${realms.join('')}`;
    const told: unknown[] = [];
    const listen = (message: unknown) => void told.push(message);
    subscribe(PASSED_OVER_CHANNEL, listen);
    try {
      tellPassedOver(await configFrom(text));
      tellPassedOver(await configFrom(text));
      expect(told).toHaveLength(1000);
    } finally {
      unsubscribe(PASSED_OVER_CHANNEL, listen);
    }
  });
});

describe('parseBoolean and parseInteger', () => {
  const mit = useMitAnswers();

  it.each([
    ['boolean', parseBoolean],
    ['integer', parseInteger],
  ] as const)('read a %s as libkrb5 does', (question, parse) => {
    const unit = fc.constantFrom(...'0129+- tyn.#x', 'true', 'False', 'YES', 'nil', '2147483647');
    const text = fc.string({ unit, minLength: 1, maxLength: 4 }).map((each) => each.trim());
    const texts = fc.sample(text, 400).filter((each) => each !== '');
    const paths = texts.map((each, at) => files.write(`${at}`, `[a]\nx = ${each}\n`));
    const answers = mit.ask(paths.map((path) => [question, path]));
    for (const [at, each] of texts.entries()) {
      const value = parse(each);
      const expected = value === undefined ? undefined : [String(Number(value))];
      expect([each, answers[at]]).toEqual([each, expected]);
    }
  });
});

describe('requireDefaultRealm', () => {
  it('says where to set the default realm', async () => {
    expect(requireDefaultRealm(await configFrom('[libdefaults]\ndefault_realm = R\n'))).toBe('R');
    const none = await configFrom('');
    expect(() => requireDefaultRealm(none)).toThrow(
      expect.objectContaining({
        name: 'KRB5_CONFIG_NODEFREALM',
        message: `no default realm: name the realm after an @, or set default_realm under [libdefaults] in ${files.path('krb5.conf')}`,
      }),
    );
    const absent = await readKrb5Config({ KRB5_CONFIG: files.path('absent') });
    expect(() => requireDefaultRealm(absent)).toThrow(`(${files.path('absent')} does not exist)`);
  });
});

describe('initialTicketOptions', () => {
  it('has the defaults of MIT Kerberos', async () => {
    expect(initialTicketOptions(await configFrom(''), 'R')).toEqual({
      ticketLifetime: 86_400,
      renewLifetime: 0,
      kdcDefaultOptions: 16,
      forwardable: false,
      proxiable: false,
      canonicalize: false,
      noaddresses: true,
    });
  });

  it('prefers the values of the realm', async () => {
    const config = await configFrom(`[libdefaults]
      ticket_lifetime = 10h
      renew_lifetime = 7d
      forwardable = true
      proxiable = true
      noaddresses = false
      R = {
        ticket_lifetime = 1:30
        forwardable = false
        canonicalize = true
      }
    `);
    const general = {
      ticketLifetime: 36_000,
      renewLifetime: 604_800,
      kdcDefaultOptions: 16,
      forwardable: true,
      proxiable: true,
      canonicalize: false,
      noaddresses: false,
    };
    expect(initialTicketOptions(config, 'S')).toEqual(general);
    expect(initialTicketOptions(config, 'R')).toEqual({
      ...general,
      ticketLifetime: 5400,
      forwardable: false,
      canonicalize: true,
    });
  });
});

describe('[realms]', () => {
  it('lists KDCs in the order of the file', async () => {
    const config = await configFrom(`[realms]
      R = {
        kdc = one
        kdc = tcp/two:89
      }
    `);
    expect(realmKdcs(config, 'R')).toEqual(['one', 'tcp/two:89']);
    expect(realmKdcs(config, 'S')).toEqual([]);
  });
});

describe('capaths', () => {
  it('gives the realms between two realms', async () => {
    const config = await configFrom(`[capaths]
      A = {
        B = .
        C = X
        C = Y 
      }
    `);
    expect(capaths(config, 'A', 'B')).toEqual([]);
    expect(capaths(config, 'A', 'C')).toEqual(['X', 'Y']);
    expect(capaths(config, 'A', 'D')).toBeUndefined();
    expect(capaths(config, 'C', 'A')).toBeUndefined();
  });
});
