/** The realms of hosts, beside libkrb5. */
import { describe, expect, it } from 'vitest';
import { fallbackRealm, hostRealm, REFERRAL_REALM } from '../../src/config/host-realm.js';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

const MAPPING = `[libdefaults]
  default_realm = DEFAULT.TEST
[domain_realm]
  www.example.org = WWW.TEST
  .example.org = DOTTED.TEST
  .sub.example.org = SUB.TEST
  bare.test = BARE.TEST
  com = COM.TEST
  10.0.0.1 = ADDRESS.TEST
  ::1 = ADDRESS.TEST
  Upper.test = UPPER.TEST
  single = SINGLE.TEST
`;
const HOSTS = [
  'www.example.org',
  'WWW.Example.Org',
  'www.example.org.',
  'ftp.example.org',
  'a.www.example.org',
  'example.org',
  'a.b.sub.example.org',
  'sub.example.org',
  'bare.test',
  'x.bare.test',
  'x.y.com',
  'com',
  '10.0.0.1',
  '999.1.1.1',
  '::1',
  'upper.test',
  'Upper.test',
  'single',
  'other',
  'other.domain.test',
  'trailing..',
  '.leading.test',
  '',
];

async function configFrom(text: string) {
  return readKrb5Config({ KRB5_CONFIG: files.write('krb5.conf', text) });
}

describe('hostRealm', () => {
  it.each([
    ['www.example.org', 'WWW.TEST'],
    ['ftp.example.org', 'DOTTED.TEST'],
    ['a.www.example.org', 'WWW.TEST'],
    ['example.org', REFERRAL_REALM],
    ['x.bare.test', 'BARE.TEST'],
    ['10.0.0.1', REFERRAL_REALM],
    ['other', REFERRAL_REALM],
  ])('puts %s in "%s"', async (host, realm) => {
    expect(hostRealm(await configFrom(MAPPING), host)).toBe(realm);
  });
});

describe('fallbackRealm', () => {
  it.each([
    ['other.domain.test', 'DOMAIN.TEST'],
    ['single', 'DEFAULT.TEST'],
    ['10.0.0.1', 'DEFAULT.TEST'],
  ])('puts %s in %s', async (host, realm) => {
    expect(fallbackRealm(await configFrom(MAPPING), host)).toBe(realm);
  });

  it('returns undefined without a default realm', async () => {
    expect(fallbackRealm(await configFrom(''), 'single')).toBeUndefined();
  });
});

describe('hostRealm and libkrb5', () => {
  const mit = useMitAnswers();

  it.each([
    ['with a mapping', MAPPING],
    ['with nothing', ''],
    ['with a mapping that has its own *', '[domain_realm]*\n.example.org = A.TEST\ntest = T\n'],
  ])('find the same realms %s', async (_, text) => {
    const config = await configFrom(text);
    const env = { KRB5_CONFIG: files.path('krb5.conf') };
    const realms = mit.ask(
      HOSTS.map((host) => ['host_realm', host]),
      env,
    );
    const fallbacks = mit.ask(
      HOSTS.map((host) => ['fallback_realm', host]),
      env,
    );
    const defaults = mit.ask([['default_realm']], env);
    for (const [at, host] of HOSTS.entries()) {
      expect([host, hostRealm(config, host)]).toEqual([host, realms[at]?.[0]]);
      expect([host, fallbackRealm(config, host)]).toEqual([host, fallbacks[at]?.[0]]);
    }
    expect(config.defaultRealm).toBe(defaults[0]?.[0]);
  });
});
