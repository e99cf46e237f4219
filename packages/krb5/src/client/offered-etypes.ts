/** The encryption types that requests offer, by the configuration. */
import type { Krb5Config } from '../config/krb5-config.js';
import { DEFAULT_ETYPES, parseEtypeList } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

function listed(text: string | undefined): readonly number[] {
  return text === undefined ? DEFAULT_ETYPES : parseEtypeList(text);
}

/** Returns the types that a session key may have: permitted_enctypes, the best first. */
export function permittedEtypes(config: Krb5Config): readonly number[] {
  return listed(config.permittedEnctypes);
}

/** Returns the types of `list` that are permitted. Throws Krb5Error if there are none. */
function offered(
  list: string | undefined,
  relation: string,
  config: Krb5Config,
): readonly number[] {
  const permitted = permittedEtypes(config);
  const etypes = listed(list).filter((etype) => permitted.includes(etype));
  if (etypes.length === 0) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CONFIG_ETYPE_NOSUPP,
      `${relation} and permitted_enctypes in krb5.conf have no encryption type in common`,
    );
  }
  return etypes;
}

/**
 * Returns the types that AS requests offer: default_tkt_enctypes, the best first. Throws Krb5Error
 * KRB5_CONFIG_ETYPE_NOSUPP if none is permitted.
 */
export function asEtypes(config: Krb5Config): readonly number[] {
  return offered(config.defaultTktEnctypes, 'default_tkt_enctypes', config);
}

/**
 * Returns the types that TGS requests offer: default_tgs_enctypes, the best first. Throws Krb5Error
 * KRB5_CONFIG_ETYPE_NOSUPP if none is permitted.
 */
export function tgsEtypes(config: Krb5Config): readonly number[] {
  return offered(config.defaultTgsEnctypes, 'default_tgs_enctypes', config);
}
