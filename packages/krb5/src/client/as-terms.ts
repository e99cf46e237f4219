/** What an AS-REQ asks for, by krb5.conf's settings for the realm. */
import { initialTicketOptions, type Krb5Config } from '../config/krb5-config.js';
import { type OwnAddress, ownAddresses } from '../host/own-addresses.js';
import { KdcOption } from '../messages/kdc-messages.js';
import type { Principal } from '../principal.js';

/** The terms of an AS-REQ. Times are seconds since 1970, by the KDC's clock. */
export interface AsTerms {
  /** `KdcOption` bits. */
  readonly kdcOptions: number;
  /** The wanted end of the ticket. */
  readonly till: number;
  /** The wanted end of its renewals; undefined for a ticket that is not renewable. */
  readonly rtime: number | undefined;
  /** The addresses that the ticket is good from; undefined for all. */
  readonly addresses: readonly OwnAddress[] | undefined;
}

/**
 * Returns the terms of a request by `client` at `now`, in milliseconds since 1970: ticket_lifetime,
 * renew_lifetime, kdc_default_options, forwardable, proxiable, canonicalize and noaddresses. `extra`
 * are addresses to name before this machine's own. An enterprise name is never the name in the
 * ticket, so it asks for CANONICALIZE (RFC 6806, section 5). Throws Krb5ConfigError if a lifetime
 * cannot be read.
 */
export function asTerms(
  config: Krb5Config,
  client: Principal,
  now: number,
  extra: readonly OwnAddress[] = [],
): AsTerms {
  const options = initialTicketOptions(config, client.realm);
  const from = Math.floor(now / 1000);
  const till = from + options.ticketLifetime;
  const addresses = options.noaddresses ? [] : [...extra, ...ownAddresses()];
  const isRenewable = options.renewLifetime > 0;
  const kdcOptions =
    (options.kdcDefaultOptions & (isRenewable ? ~KdcOption.RENEWABLE_OK : -1)) |
    (options.forwardable ? KdcOption.FORWARDABLE : 0) |
    (options.proxiable ? KdcOption.PROXIABLE : 0) |
    (isRenewable ? KdcOption.RENEWABLE : 0) |
    (options.canonicalize ? KdcOption.CANONICALIZE : 0);
  return {
    // The highest bit is no sign.
    kdcOptions: kdcOptions >>> 0,
    till,
    // A shorter time than the ticket's own would be refused.
    rtime: isRenewable ? Math.max(till, from + options.renewLifetime) : undefined,
    addresses: addresses.length > 0 ? addresses : undefined,
  };
}
