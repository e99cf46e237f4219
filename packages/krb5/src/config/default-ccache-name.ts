/** The default name of a credential cache. */
import { type Environment, expandPath } from './expand-path.js';
import type { Krb5Config } from './krb5-config.js';
import { getString } from './profile.js';

const DEFAULT_CCACHE_NAME = 'FILE:/tmp/krb5cc_%{uid}';

/**
 * Returns KRB5CCNAME, else `configuredCcacheName`. Throws as that does. As in MIT Kerberos, the variable
 * is taken as it is: only a configured name is expanded.
 */
export function defaultCcacheName(config: Krb5Config, env: Environment = process.env): string {
  return env.KRB5CCNAME ?? configuredCcacheName(config, env);
}

/**
 * Returns default_ccache_name, else FILE:/tmp/krb5cc_<uid>. Throws Krb5ConfigError if
 * default_ccache_name holds a token that `expandPath` refuses.
 */
export function configuredCcacheName(
  { profile }: Krb5Config,
  env: Environment = process.env,
): string {
  return expandPath(
    getString(profile, ['libdefaults', 'default_ccache_name']) ?? DEFAULT_CCACHE_NAME,
    env,
  );
}
