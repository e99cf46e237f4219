/** Finds a domain's servers by its SRV records (RFC 2782). */
import type { Target } from '../arguments/target.js';
import type { CallOptions } from '../client-options.js';

/** A server that an SRV record names. */
export interface DiscoveredTarget extends Target {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The options of `discover`. */
export type DiscoverOptions = CallOptions & {
  /** Seconds for DNS to answer; 0 sets no limit. The default is 10. */
  readonly timeout?: number | undefined;
  /** Whether servers outside the domain are taken: whoever answers for DNS then chooses the server. */
  readonly allowOtherDomains?: boolean | undefined;
};

/** Returns the servers of `_remctl._tcp.<domain>`, in the order in which to try them (RFC 2782). */
export async function discover(
  _domain: string,
  _options: DiscoverOptions = {},
): Promise<DiscoveredTarget[]> {
  throw new Error('discover is not there yet');
}
