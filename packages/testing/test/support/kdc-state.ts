/** What a test KDC answers with, without its sockets. */
import type { KdcState } from '../../src/kdc/kdc-state.js';
import { createPrincipals } from '../../src/kdc/principals.js';
import { PASSWORD, REALM } from './raw-exchange.js';

/** Returns the state of a KDC with alice, who has `PASSWORD`, and a service. */
export function kdcState(service: string): KdcState {
  const principals = createPrincipals(REALM, [18, 17, 20, 19]);
  principals.add('alice', { password: PASSWORD });
  principals.add(service, {});
  return {
    realm: REALM,
    principals,
    trusted: new Map(),
    maxLifetime: 86_400,
    maxRenewableLifetime: 604_800,
    clockskew: 300,
    now: () => Date.now(),
  };
}
