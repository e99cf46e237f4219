/** The options of krb5.conf and their defaults. */
import { describe, expect, it } from 'vitest';
import {
  capaths,
  initialTicketOptions,
  readKrb5Config,
  realmKdcs,
  requireDefaultRealm,
} from '../../src/config/krb5-config.js';
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
      dnsCanonicalizeHostname: true,
      rdns: true,
      qualifyShortname: undefined,
      udpPreferenceLimit: 1465,
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
      dns_canonicalize_hostname = Fallback
      rdns = no
      qualify_shortname = ""
      udp_preference_limit = 1
      request_timeout = 1m
      kdc_timesync = 0
      clockskew = 60
      permitted_enctypes = aes256-cts, aes128-cts
      default_tgs_enctypes = aes256-cts
    `);
    expect(settings).toEqual({
      defaultRealm: 'EXAMPLE.ORG',
      dnsLookupKdc: false,
      dnsCanonicalizeHostname: 'fallback',
      rdns: false,
      qualifyShortname: '',
      udpPreferenceLimit: 1,
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
    ['-1', 1465],
    ['0', 0],
    ['100000', 32_700],
  ])('bounds udp_preference_limit = %s', async (text, limit) => {
    const config = await configFrom(`[libdefaults]\nudp_preference_limit = ${text}\n`);
    expect(config.udpPreferenceLimit).toBe(limit);
  });

  it.each([
    'dns_canonicalize_hostname = maybe',
    'rdns = maybe',
    'dns_lookup_kdc = maybe',
    'kdc_timesync = maybe',
    'clockskew = maybe',
    'request_timeout = maybe',
    'udp_preference_limit = 1k',
  ])('gives the file and line of an error in %s', async (line) => {
    await expect(configFrom(`[libdefaults]\n\n${line}\n`)).rejects.toThrow(
      `${files.path('krb5.conf')}:3: ${line}: expected `,
    );
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
      forwardable: false,
      canonicalize: false,
    });
  });

  it('prefers the values of the realm', async () => {
    const config = await configFrom(`[libdefaults]
      ticket_lifetime = 10h
      forwardable = true
      R = {
        ticket_lifetime = 1:30
        forwardable = false
        canonicalize = true
      }
    `);
    const general = {
      ticketLifetime: 36_000,
      forwardable: true,
      canonicalize: false,
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
