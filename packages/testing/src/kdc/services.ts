/** Finds the service that a request asks for. */
import { KrbErrorCode, type Principal } from '@remctl/krb5';
import { KdcRefusal, nameOf } from './kdc-refusal.js';
import type { KdcState } from './kdc-state.js';
import type { KnownPrincipal } from './principals.js';

/** Returns a service that may have tickets. Throws KdcRefusal KDC_ERR_S_PRINCIPAL_UNKNOWN. */
export function findService(kdc: KdcState, server: Principal): KnownPrincipal {
  const service = kdc.principals.find(server);
  if (service === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
      `${nameOf(server)} is not a principal of this KDC`,
    );
  }
  if (service.policy.locked === true) {
    throw new KdcRefusal(KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN, `${nameOf(server)} is locked`);
  }
  return service;
}
