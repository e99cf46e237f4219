/** The settings of krb5.conf for first tickets, compared with kinit. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CcacheCredential } from '../../src/ccache/ccache.js';
import { decodeCcache } from '../../src/ccache/decode.js';
import { asTerms } from '../../src/client/as-terms.js';
import { ticketSource } from '../../src/client/source-of-credentials.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { TicketFlag } from '../../src/messages/ticket.js';
import { parsePrincipal } from '../../src/principal.js';
import { variantConfig } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
const files = useTemporaryFiles();

/** The flags that a KDC sets by itself. */
const KDC_FLAGS = TicketFlag.PRE_AUTHENT | TicketFlag.INITIAL;

/** Returns the ticket that kinit gets. */
function kinit(config: Krb5Config): CcacheCredential {
  const path = files.path('ccache');
  const env = { ...realm.env, KRB5_CONFIG: config.profile.files[0]?.path };
  execFileSync('kinit', ['-k', '-t', realm.keytabs.client, '-c', path, 'alice'], { env });
  return decodeCcache(readFileSync(path)).credentials[0] ?? expect.fail('no ticket');
}

function credentials() {
  return { type: 'keytab', keytab: realm.keytabs.client, clientPrincipal: 'alice' } as const;
}

describe.each([
  ['nothing', []],
  ['forwardable = true', ['forwardable = true']],
  ['proxiable = yes', ['proxiable = yes']],
  ['renew_lifetime = 3d', ['renew_lifetime = 3d']],
  ['renew_lifetime = 1h', ['renew_lifetime = 1h', 'ticket_lifetime = 2h']],
  ['forwardable = true # yes', ['forwardable = true # yes']],
  ['proxiable for another realm', ['OTHER.TEST = {', 'proxiable = true', '}']],
])('with %s', (_, libdefaults) => {
  test('the ticket has the flags and the life of kinit’s', async () => {
    const config = await variantConfig(realm, { libdefaults });
    const theirs = kinit(config);
    const source = await ticketSource(credentials(), config, createKrb5State());
    const ours = await source.tgt(config, undefined);
    expect(ours.flags & ~KDC_FLAGS).toBe(theirs.flags & ~KDC_FLAGS);
    expect(ours.endtime - ours.starttime).toBe(theirs.endtime - theirs.starttime);
    const { rtime } = asTerms(config, parsePrincipal(realm.principals.client), Date.now());
    const renewable = theirs.renewTill === 0 ? undefined : theirs.renewTill - theirs.authtime;
    expect(rtime && Math.abs(rtime - Date.now() / 1000 - (renewable ?? 0)) < 5).toBe(
      renewable === undefined ? undefined : true,
    );
  });
});

test.each([
  ['', true],
  ['kdc_default_options = 0', false],
])('a life that is too long for the realm gives what kinit gets, %s', async (line, renewable) => {
  const config = await variantConfig(realm, { libdefaults: ['ticket_lifetime = 5d', line] });
  const theirs = kinit(config);
  const source = await ticketSource(credentials(), config, createKrb5State());
  const ours = await source.tgt(config, undefined);
  expect(ours.flags & ~KDC_FLAGS).toBe(theirs.flags & ~KDC_FLAGS);
  expect((theirs.flags & TicketFlag.RENEWABLE) !== 0).toBe(renewable);
});

test('noaddresses = false asks for a ticket with the addresses that kinit asks for', async () => {
  const config = await variantConfig(realm, { libdefaults: ['noaddresses = false'] });
  const theirs = kinit(config);
  const terms = asTerms(config, parsePrincipal(realm.principals.client), Date.now());
  const texts = (list: CcacheCredential['addresses']) =>
    list
      .map(({ addrType, address }) => `${addrType} ${Buffer.from(address).toString('hex')}`)
      .sort();
  expect(texts(terms.addresses ?? [])).toEqual(texts(theirs.addresses));
  // The KDC is asked from the loopback address, which is none of them.
  const options = { host: 'localhost', credentials: credentials(), config };
  await expect(whoami(realm.port, options).catch(String)).resolves.toMatch(
    terms.addresses === undefined ? 'alice@' : /other addresses.*noaddresses = true/,
  );
});

test.each(['127.0.0.1', 'no..host, localhost'])(
  'a ticket is good from an address of extra_addresses too: %s',
  async (addresses) => {
    const config = await variantConfig(realm, {
      libdefaults: ['noaddresses = false', `extra_addresses = ${addresses}`],
    });
    const options = { host: 'localhost', credentials: credentials(), config };
    expect(await whoami(realm.port, options)).toBe(realm.principals.client);
  },
);

test.each([
  'rdns = falses',
  'dns_lookup_kdc = false # no DNS',
  'dns_lookup_realm = false;',
  'clockskew = 5 min',
  'kdc_timesync = 1 # default',
  'request_timeout = 5 seconds',
  'forwardable = true # yes',
  'noaddresses = "true" # default',
])('a value that cannot be read does not stop a login, as with kinit: %s', async (line) => {
  const config = await variantConfig(realm, { libdefaults: [line] });
  kinit(config);
  const options = { host: 'localhost', credentials: credentials(), config };
  expect(await whoami(realm.port, options)).toBe(realm.principals.client);
});
