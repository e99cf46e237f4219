/** Words about a configuration and about failures of Kerberos. */
import { hostRealm } from '../config/host-realm.js';
import { type Krb5Config, realmKdcs } from '../config/krb5-config.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

/** Returns the files of a configuration: those that were read, and those that do not exist. */
export function configFiles({ profile }: Krb5Config): {
  readonly read: readonly string[];
  readonly missing: readonly string[];
} {
  return { read: profile.files.map(({ path }) => path), missing: profile.missing };
}

/** Returns the realm that krb5.conf gives a host; empty if only the KDCs can tell. */
export function realmOfHost(config: Krb5Config, host: string): string {
  return hostRealm(config, host);
}

/** Returns what names a realm's KDCs. */
export function kdcOrigin(config: Krb5Config, realm: string): 'krb5.conf' | 'DNS' {
  return realmKdcs(config, realm).length > 0 ? 'krb5.conf' : 'DNS';
}

const RUN_KINIT = 'Run kinit, or give --keytab and --client.';
const WRONG_SERVER_KEY =
  "The server's keytab does not hold the key that the KDC used: on the server, have a new keytab made (ktadd).";
const NO_SERVER_KEY =
  "The server's keytab has no key of that principal: on the server, have one added (ktadd), or give -s.";
/** What to do about KDCs that do not answer. */
export const KDC_UNREACHABLE_ADVICE =
  'Check the network and the firewall (port 88, UDP and TCP; the port of its URL for a KDC proxy), and the kdc lines of [realms] in krb5.conf.';

/** What to do about a code of RFC 4120, or of this side. */
const ADVICE: ReadonlyMap<number, string> = new Map([
  [
    KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
    'Give the name that the server is registered by, or its principal with -s. If the name is right, have the ' +
      "realm's administrator make the principal and put its key into the server's keytab.",
  ],
  [KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN, 'Check the name and the realm of the client.'],
  [
    KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
    'Have new keys made with an AES type, and look at permitted_enctypes in krb5.conf.',
  ],
  [
    KrbErrorCode.KDC_ERR_PREAUTH_FAILED,
    'The password is wrong, or the keytab is older than the key: have a new keytab made (ktadd of kadmin).',
  ],
  [KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED, 'Run kinit.'],
  [KrbErrorCode.KRB_AP_ERR_TKT_NYV, "Set this machine's clock right: the ticket begins later."],
  [
    KrbErrorCode.KRB_AP_ERR_SKEW,
    'Set the clocks right: have NTP run on this machine and on the server.',
  ],
  [KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY, WRONG_SERVER_KEY],
  [KrbErrorCode.KRB_AP_ERR_MODIFIED, WRONG_SERVER_KEY],
  [
    KrbErrorCode.KRB_AP_ERR_BADKEYVER,
    "The server's keytab is older than its key at the KDC: on the server, have a new keytab made (ktadd).",
  ],
  [KrbErrorCode.KRB_AP_ERR_NOKEY, NO_SERVER_KEY],
  [KrbErrorCode.KRB_AP_ERR_NOT_US, NO_SERVER_KEY],
  [LocalErrorCode.KRB5_KDC_UNREACH, KDC_UNREACHABLE_ADVICE],
  [
    LocalErrorCode.KRB5_REALM_CANT_RESOLVE,
    'Name a kdc of the realm under [realms] in krb5.conf, or set the name servers right.',
  ],
  [
    LocalErrorCode.KRB5_CONFIG_NODEFREALM,
    'Set default_realm under [libdefaults] in krb5.conf, or name the realm after an @.',
  ],
  [LocalErrorCode.KRB5_FCC_NOFILE, RUN_KINIT],
  [
    LocalErrorCode.KRB5_CC_UNKNOWN_TYPE,
    'Use the native backend (--backend native), or run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path.',
  ],
  [LocalErrorCode.KRB5_CC_NOTFOUND, RUN_KINIT],
  [
    LocalErrorCode.KRB5_CC_IO,
    'Look at the file that the message names, or have another made: kinit -c FILE:/path.',
  ],
  [LocalErrorCode.KRB5_CC_FORMAT, 'The file is damaged: have another made with kinit.'],
  [
    LocalErrorCode.KRB5_FCC_PERM,
    "Run this as the cache's owner, or name a cache of your own in KRB5CCNAME.",
  ],
  [LocalErrorCode.KRB5_KT_NOTFOUND, 'Give a principal that the keytab holds, or another keytab.'],
]);

/** Returns what to do about an error in plain words; undefined if the error's message is all there is. */
export function krb5Advice(error: unknown): string | undefined {
  return error instanceof Krb5Error ? ADVICE.get(error.code) : undefined;
}
