/** Which cache and which keytabs are used when none is named: environment, krb5.conf, then the default. */
import { type Environment, expandPath } from './expand-path.js';
import type { Krb5Config } from './krb5-config.js';
import { getString } from './profile.js';

const DEFAULT_CCACHE_NAME = 'FILE:/tmp/krb5cc_%{uid}';
const DEFAULT_KEYTAB_NAME = 'FILE:/etc/krb5.keytab';
/** Builds of libkrb5 differ in this one; this is Debian's. */
const DEFAULT_CLIENT_KEYTAB_NAME = 'FILE:/etc/krb5/user/%{euid}/client.keytab';

function defaultName(
  { profile }: Krb5Config,
  env: Environment,
  names: { readonly variable: string; readonly relation: string; readonly otherwise: string },
): string {
  // A variable is taken as it is: only configured names are expanded.
  return (
    env[names.variable] ??
    expandPath(getString(profile, ['libdefaults', names.relation]) ?? names.otherwise, env)
  );
}

/** KRB5CCNAME, default_ccache_name, FILE:/tmp/krb5cc_<uid>. */
export function defaultCcacheName(config: Krb5Config, env: Environment = process.env): string {
  return defaultName(config, env, {
    variable: 'KRB5CCNAME',
    relation: 'default_ccache_name',
    otherwise: DEFAULT_CCACHE_NAME,
  });
}

/** An acceptor's keytab: KRB5_KTNAME, default_keytab_name, FILE:/etc/krb5.keytab. */
export function defaultKeytabName(config: Krb5Config, env: Environment = process.env): string {
  return defaultName(config, env, {
    variable: 'KRB5_KTNAME',
    relation: 'default_keytab_name',
    otherwise: DEFAULT_KEYTAB_NAME,
  });
}

/** A client's keytab: KRB5_CLIENT_KTNAME, default_client_keytab_name, the default of Debian's libkrb5. */
export function defaultClientKeytabName(
  config: Krb5Config,
  env: Environment = process.env,
): string {
  return defaultName(config, env, {
    variable: 'KRB5_CLIENT_KTNAME',
    relation: 'default_client_keytab_name',
    otherwise: DEFAULT_CLIENT_KEYTAB_NAME,
  });
}
