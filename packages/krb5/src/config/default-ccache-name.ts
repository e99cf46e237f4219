/** The default name of a credential cache. */
import { type Environment, expandPath } from './expand-path.js';
import type { Krb5Config } from './krb5-config.js';
import { getString } from './profile.js';

const DEFAULT_CCACHE_NAME = 'FILE:/tmp/krb5cc_%{uid}';

/**
 * Returns KRB5CCNAME, else default_ccache_name, else FILE:/tmp/krb5cc_<uid>. Throws Krb5ConfigError
 * if default_ccache_name holds a token that `expandPath` refuses.
 */
export function defaultCcacheName({ profile }: Krb5Config, env: Environment = process.env): string {
  // As in MIT Kerberos, the variable is taken as it is: only a configured name is expanded.
  return (
    env.KRB5CCNAME ??
    expandPath(
      getString(profile, ['libdefaults', 'default_ccache_name']) ?? DEFAULT_CCACHE_NAME,
      env,
    )
  );
}
