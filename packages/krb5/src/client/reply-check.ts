/** Checks of an opened KDC reply (RFC 4120, sections 3.1.5 and 3.3.4). */
import { Asn1Error } from '../asn1/asn1-error.js';
import { decode } from '../asn1/codec.js';
import { etypeName } from '../crypto/index.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { EncKdcRepPart } from '../messages/kdc-messages.js';
import { toPrincipal } from '../messages/principal-name.js';
import { ticket as ticketCodec } from '../messages/ticket.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import type { HeldTicket } from './held-ticket.js';

/** A reply that opened. */
export interface OpenedReply {
  readonly granted: HeldTicket;
  readonly part: EncKdcRepPart;
}

/** The request's terms and the configuration's. Times are seconds since 1970. */
export interface ReplyExpectation {
  /** The realm whose KDC was asked. */
  readonly realm: string;
  /** The client that asked; undefined if the KDC may give it another name (RFC 6806). */
  readonly client: Principal | undefined;
  /** The server that was asked for; undefined if the KDC may give another name (RFC 6806). */
  readonly server: Principal | undefined;
  /** The latest end that was asked for. */
  readonly till: number;
  /** The latest end of renewals; undefined if the request set none. */
  readonly rtime?: number | undefined;
  /** The types that a session key may have. */
  readonly permitted: readonly number[];
  /**
   * The client's time: the ticket must begin within `clockskew` of it. Undefined if the client takes
   * the KDC's time.
   */
  readonly now: number | undefined;
  /** krb5.conf's clockskew, in seconds. */
  readonly clockskew: number;
}

function modified(realm: string, what: string): Krb5Error {
  return new Krb5Error(
    LocalErrorCode.KRB5_KDCREP_MODIFIED,
    `the KDC of ${realm} answered with ${what}: do not trust it`,
  );
}

/** Returns the server in the part of the ticket that is not encrypted. */
function ticketServer({ ticket }: HeldTicket, realm: string): Principal {
  try {
    const { sname, realm: itsRealm } = decode(ticketCodec, ticket);
    return toPrincipal(sname, itsRealm);
  } catch (error) {
    if (error instanceof Asn1Error) {
      throw modified(realm, 'a ticket that cannot be read');
    }
    throw error;
  }
}

/**
 * Checks that a reply keeps to the request. Throws Krb5Error KRB5_KDCREP_MODIFIED if the ticket is
 * for another client or server or ends too late, KRB5_CONFIG_ETYPE_NOSUPP if its session key has a
 * type that is not permitted, KRB5_KDCREP_SKEW if it is from another time.
 */
export function checkReply({ granted, part }: OpenedReply, expected: ReplyExpectation): void {
  const { realm, till, rtime, permitted, now, clockskew } = expected;
  const { client: asking, server: asked } = expected;
  const { client, server, key, endtime } = granted;
  if (asking !== undefined && !principalsEqual(asking, client)) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KDCREP_MODIFIED,
      `the KDC of ${realm} calls the client ${formatPrincipal(asking)} ${formatPrincipal(client)}: use that name, or set canonicalize = true in krb5.conf`,
    );
  }
  const named = ticketServer(granted, realm);
  if (!principalsEqual(named, server)) {
    throw modified(
      realm,
      `a ticket for ${formatPrincipal(named)} that it calls one for ${formatPrincipal(server)}`,
    );
  }
  if (asked !== undefined && !principalsEqual(asked, server)) {
    throw modified(
      realm,
      `a ticket for ${formatPrincipal(server)} where ${formatPrincipal(asked)} was asked for`,
    );
  }
  if (endtime > till) {
    throw modified(realm, 'a ticket that ends later than was asked for');
  }
  if (rtime !== undefined && (part.renewTill ?? 0) > rtime) {
    throw modified(realm, 'a ticket that may be renewed for longer than was asked for');
  }
  if (!permitted.includes(key.etype)) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CONFIG_ETYPE_NOSUPP,
      `the KDC of ${realm} answered with a session key of type ${etypeName(key.etype)}, which permitted_enctypes does not allow`,
    );
  }
  const { starttime } = part;
  if (now !== undefined && starttime !== undefined && Math.abs(starttime - now) > clockskew) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KDCREP_SKEW,
      `the KDC of ${realm} answered with a ticket from another time: set this machine's clock, and the KDC's`,
    );
  }
}
