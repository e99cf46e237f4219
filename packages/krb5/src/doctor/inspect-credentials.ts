/** Looks at a client's cache or keytab, without a question to a KDC. */
import { locateCcache } from '../ccache/ccache-name.js';
import { parseClientPrincipal } from '../client/client-principal.js';
import type { Credentials } from '../client/credentials.js';
import type { CcacheChoice } from '../client/select-ccache.js';
import { type NamedServer, serverNames } from '../client/server-names.js';
import { chooseCache } from '../client/source-of-credentials.js';
import { defaultCcacheName } from '../config/default-ccache-name.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { etypeName } from '../crypto/index.js';
import { createKrb5State } from '../gss/krb5-state.js';
import { findKey, newestEntries } from '../keytab/keytab.js';
import { readKeytab } from '../keytab/read-keytab.js';
import { formatPrincipal, type Principal } from '../principal.js';

const MS_PER_SECOND = 1000;

/** A ticket in a cache. Times are those of the KDC's clock. */
export interface TicketReport {
  readonly server: string;
  readonly starttime: Date;
  readonly endtime: Date;
  /** The end until which the ticket may be renewed; undefined if it may not. */
  readonly renewTill: Date | undefined;
}

/** What the client's tickets come from. */
export type CredentialsReport =
  | {
      readonly type: 'ccache';
      /** `TYPE:residual`. */
      readonly name: string;
      /** What named the cache. */
      readonly from: 'option' | 'KRB5CCNAME' | 'krb5.conf' | 'default';
      /** What chose the cache from its collection, if the server did: a line of ~/.k5identity, or a realm. */
      readonly chosenBy: string | undefined;
      readonly client: string;
      readonly realm: string;
      readonly tickets: readonly TicketReport[];
    }
  | {
      readonly type: 'keytab';
      readonly path: string;
      /** What named the keytab. */
      readonly from: 'option' | 'KRB5_CLIENT_KTNAME' | 'krb5.conf' | 'default';
      /** Why a client keytab serves; undefined for a keytab that an option named. */
      readonly because: 'no cache' | 'expired' | undefined;
      readonly client: string;
      readonly realm: string;
      readonly kvno: number;
      readonly etypes: readonly string[];
    }
  | { readonly type: 'password'; readonly client: string; readonly realm: string };

function originOf(credentials: Credentials | undefined, config: Krb5Config) {
  if (credentials !== undefined) {
    return 'option';
  }
  if (process.env.KRB5CCNAME !== undefined) {
    return 'KRB5CCNAME';
  }
  // Without the variable, only the file's line can make another name than an empty environment.
  const plain = { ...config, profile: { files: [], missing: [] } };
  return defaultCcacheName(config, process.env) === defaultCcacheName(plain, process.env)
    ? 'default'
    : 'krb5.conf';
}

/** Returns the principal that chooses the client's cache. */
async function nameOf(server: NamedServer, config: Krb5Config, signal: AbortSignal | undefined) {
  for await (const { chooseBy } of serverNames(server, config, signal)) {
    return chooseBy;
  }
  return undefined;
}

/**
 * Returns what the credentials are; without credentials, the default cache, the one of its collection that fits
 * `server`, or the client keytab. Nothing is written, and no KDC is asked. `signal` ends the questions to DNS about the
 * server's name, and to a daemon.
 *
 * Throws Krb5Error if the cache or the keytab cannot be read, or the keytab has no key of the client.
 */
export async function inspectCredentials(
  credentials: Credentials | undefined,
  config: Krb5Config,
  server: NamedServer = {},
  signal?: AbortSignal,
): Promise<CredentialsReport> {
  if (credentials?.type === 'password') {
    const client = parseClientPrincipal(credentials.clientPrincipal, config);
    return { type: 'password', client: formatPrincipal(client), realm: client.realm };
  }
  if (credentials?.type === 'keytab') {
    const client = parseClientPrincipal(credentials.clientPrincipal, config);
    return keytabReport(credentials.keytab, client, { from: 'option', because: undefined });
  }
  const by = credentials === undefined ? await nameOf(server, config, signal) : undefined;
  const choice = await chooseCache(credentials?.ccache, config, createKrb5State(), by, signal);
  return choice.type === 'ccache'
    ? cacheReport(credentials, config, choice.source.choice, signal)
    : keytabReport(choice.keytab, choice.client, choice);
}

async function keytabReport(
  name: string,
  client: Principal,
  { from, because }: Pick<Extract<CredentialsReport, { type: 'keytab' }>, 'from' | 'because'>,
): Promise<CredentialsReport> {
  const keytab = await readKeytab(name);
  const { kvno } = findKey(keytab, { principal: client });
  return {
    type: 'keytab',
    path: keytab.path,
    from,
    because,
    client: formatPrincipal(client),
    realm: client.realm,
    kvno,
    etypes: newestEntries(keytab, client).map(({ key }) => etypeName(key.etype)),
  };
}

async function cacheReport(
  credentials: Extract<Credentials, { type: 'ccache' }> | undefined,
  config: Krb5Config,
  choice: CcacheChoice | undefined,
  signal: AbortSignal | undefined,
): Promise<CredentialsReport> {
  const name = choice?.ccache ?? credentials?.ccache ?? defaultCcacheName(config);
  const location = locateCcache(name, config);
  const { ccache } = await location.read(signal);
  const { defaultPrincipal } = ccache;
  return {
    type: 'ccache',
    name: location.name,
    from: originOf(credentials, config),
    chosenBy: choice?.by,
    client: formatPrincipal(defaultPrincipal),
    realm: defaultPrincipal.realm,
    tickets: ccache.credentials.map(({ server, authtime, starttime, endtime, renewTill }) => ({
      server: formatPrincipal(server),
      starttime: new Date((starttime || authtime) * MS_PER_SECOND),
      endtime: new Date(endtime * MS_PER_SECOND),
      renewTill: renewTill === 0 ? undefined : new Date(renewTill * MS_PER_SECOND),
    })),
  };
}
