/** The encryption types that the configuration allows, the best first. */
import type { Krb5Config } from '../config/krb5-config.js';
import { DEFAULT_ETYPES, parseEtypeList } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

function listed(text: string | undefined): readonly number[] {
  return text === undefined ? DEFAULT_ETYPES : parseEtypeList(text);
}

/** That a session key may have: permitted_enctypes. */
export function permittedEtypes(config: Krb5Config): readonly number[] {
  return listed(config.permittedEnctypes);
}

/** Those of `list` that may be used at all. Throws Krb5Error if there are none. */
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
 * For AS requests: default_tkt_enctypes. Throws Krb5Error KRB5_CONFIG_ETYPE_NOSUPP if none is
 * permitted.
 */
export function asEtypes(config: Krb5Config): readonly number[] {
  return offered(config.defaultTktEnctypes, 'default_tkt_enctypes', config);
}

/**
 * For TGS requests: default_tgs_enctypes. Throws Krb5Error KRB5_CONFIG_ETYPE_NOSUPP if none is
 * permitted.
 */
export function tgsEtypes(config: Krb5Config): readonly number[] {
  return offered(config.defaultTgsEnctypes, 'default_tgs_enctypes', config);
}
