/** The encryption types that the configuration allows, the best first. */
import type { Krb5Config } from '../config/krb5-config.js';
import { DEFAULT_ETYPES, parseEtypeList } from '../crypto/index.js';

function listed(text: string | undefined): readonly number[] {
  return text === undefined ? DEFAULT_ETYPES : parseEtypeList(text);
}

/** For AS requests: default_tkt_enctypes. */
export function asEtypes(config: Krb5Config): readonly number[] {
  return listed(config.defaultTktEnctypes);
}

/** For TGS requests: default_tgs_enctypes. */
export function tgsEtypes(config: Krb5Config): readonly number[] {
  return listed(config.defaultTgsEnctypes);
}
