/** What a KDC's exchanges work with: realm, principals, limits, clock. */
import type { Principals } from './principals.js';

/** A realm that trusts this one, and is trusted by it. */
export interface TrustedRealm {
  readonly realm: string;
  /** Tells whether that realm's KDC has this principal. */
  hasPrincipal(name: string): boolean;
}

export interface KdcState {
  readonly realm: string;
  readonly principals: Principals;
  /** The trusted realms, by name. */
  readonly trusted: ReadonlyMap<string, TrustedRealm>;
  /** The most seconds of a ticket. */
  readonly maxLifetime: number;
  /** The most seconds in which a ticket can be renewed. */
  readonly maxRenewableLifetime: number;
  /** The seconds by which a client's clock may differ. */
  readonly clockskew: number;
  /** The KDC's time, in milliseconds since 1970. */
  now(): number;
}

const MS_PER_SECOND = 1000;

/** Returns the KDC's time in whole seconds since 1970, as tickets hold it. */
export function kdcSeconds(kdc: KdcState): number {
  return Math.floor(kdc.now() / MS_PER_SECOND);
}
