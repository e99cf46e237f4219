/** The name of the keytab that a client logs in with by itself. */
import { type Environment, expandPath } from './expand-path.js';
import type { Krb5Config } from './krb5-config.js';
import { getString } from './profile.js';

/** libkrb5's own names, which its builder chooses: those of Debian and of Fedora. */
const BUILT_IN_NAMES: readonly string[] = [
  'FILE:/etc/krb5/user/%{euid}/client.keytab',
  'FILE:/var/kerberos/krb5/user/%{euid}/client.keytab',
];

/** The names of a client keytab. */
export interface ClientKeytabNames {
  /** The first of them that holds a key counts. */
  readonly names: readonly string[];
  /** What named it; `default` if nothing did. */
  readonly from: 'KRB5_CLIENT_KTNAME' | 'krb5.conf' | 'default';
}

/**
 * Returns KRB5_CLIENT_KTNAME, else default_client_keytab_name of krb5.conf, else the names that
 * libkrb5 is built with (krb5_kt_client_default). Throws Krb5ConfigError if
 * default_client_keytab_name holds a token that `expandPath` refuses.
 */
export function clientKeytabNames(
  { profile }: Krb5Config,
  env: Environment = process.env,
): ClientKeytabNames {
  const { KRB5_CLIENT_KTNAME: variable } = env;
  if (variable !== undefined) {
    return { names: [variable], from: 'KRB5_CLIENT_KTNAME' };
  }
  const configured = getString(profile, ['libdefaults', 'default_client_keytab_name']);
  if (configured !== undefined) {
    return { names: [expandPath(configured, env)], from: 'krb5.conf' };
  }
  // A system without user numbers has no such folder either.
  const names = process.geteuid === undefined ? [] : BUILT_IN_NAMES;
  return { names: names.map((name) => expandPath(name, env)), from: 'default' };
}
