/** Opens and checks an initiator's request (RFC 4120, section 3.2.3). */
import { DEFAULT_CLOCKSKEW_S } from '../config/settings.js';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { Keytab } from '../keytab/keytab.js';
import { ApOption, type ApReq, type Authenticator } from '../messages/ap-messages.js';
import { toPrincipal } from '../messages/principal-name.js';
import { type EncTicketPart, type Ticket, TicketFlag } from '../messages/ticket.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import { openAuthenticator } from './ap-exchange.js';
import {
  ALL_FLAGS,
  ContextFlag,
  decodeContextChecksum,
  GSS_CHECKSUM_TYPE,
} from './context-flags.js';
import { processState } from './krb5-state.js';
import { openTicket } from './open-ticket.js';
import type { ReplayCache } from './replay-cache.js';

/** The rules by which an acceptor takes a request. */
export interface RequestPolicy {
  /** The keys of this acceptor's services; see `readKeytab`. */
  readonly keytab: Keytab;
  /**
   * The only service that accepts contexts; without it, every service in the keytab does, under any
   * name that a KDC knows it by.
   */
  readonly principal?: Principal | undefined;
  /** The number of seconds that clocks may differ; 300 without it. */
  readonly clockskew?: number | undefined;
  /** Remembers requests, to refuse replays. Without it, all contexts of the process share one. */
  readonly replayCache?: ReplayCache | undefined;
  /** The acceptor's clock, in milliseconds since 1970; Date.now without it. */
  readonly now?: (() => number) | undefined;
}

/** An accepted request. */
export interface OpenedRequest {
  /** The ticket, opened with the service's key. */
  readonly part: EncTicketPart;
  /** The authenticator, opened with the ticket's session key. */
  readonly proof: Authenticator;
  /** The context's flags (`ContextFlag`). */
  readonly flags: number;
}

/**
 * Opens a request and checks it. `ticket` is the request's decoded ticket. Throws Krb5Error if the
 * request must be refused, with the code for the KRB-ERROR, and GssError GSS_S_DEFECTIVE_TOKEN if an
 * opened part cannot be decoded.
 */
export function openRequest(policy: RequestPolicy, request: ApReq, ticket: Ticket): OpenedRequest {
  const { part, service } = openTicket(policy.keytab, policy.principal, ticket);
  const proof = openAuthenticator(request, part.key);
  if (proof === undefined) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      'the authenticator does not open with the session key of the ticket',
    );
  }
  // The service, not the ticket's name for it: nothing protects that name.
  checkTransited(part, service);
  checkRequest(policy, part, proof, request.authenticator.cipher);
  const flags = contextFlags(proof, (request.apOptions & ApOption.MUTUAL_REQUIRED) !== 0);
  return { part, proof, flags };
}

function refused(code: number, message: string): Krb5Error {
  return new Krb5Error(code, message);
}

/**
 * Refuses a client of another realm whose way through further realms nobody has checked. The KDC
 * checks those realms and sets a flag in the ticket; this side has no policy of its own (RFC 4120,
 * section 2.7).
 */
function checkTransited({ flags, transited, crealm }: EncTicketPart, server: Principal): void {
  if (
    crealm !== server.realm &&
    transited.contents.length > 0 &&
    (flags & TicketFlag.TRANSITED_POLICY_CHECKED) === 0
  ) {
    throw refused(
      KrbErrorCode.KRB_AP_PATH_NOT_ACCEPTED,
      `the KDC of ${server.realm} has not checked the realms that a client of ${crealm} came through`,
    );
  }
}

/** The checks of RFC 4120, section 3.2.3, in its order. */
function checkRequest(
  {
    clockskew = DEFAULT_CLOCKSKEW_S,
    replayCache = processState.replayCache,
    now: clock = Date.now,
  }: RequestPolicy,
  part: EncTicketPart,
  proof: Authenticator,
  ciphertext: Uint8Array,
): void {
  const client = toPrincipal(part.cname, part.crealm);
  if (!principalsEqual(client, toPrincipal(proof.cname, proof.crealm))) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_BADMATCH,
      `the ticket is of ${formatPrincipal(client)}, the authenticator of another client`,
    );
  }
  // A program or a log would see one name for two clients whose octets differ.
  if (!formatPrincipal(client).isWellFormed()) {
    throw refused(KrbErrorCode.KRB_ERR_GENERIC, "the client's name is not UTF-8");
  }
  const now = clock() / 1000;
  if (Math.abs(proof.ctime - now) > clockskew) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_SKEW,
      `the client's clock differs by ${Math.round(Math.abs(proof.ctime - now))} seconds, more than ${clockskew}`,
    );
  }
  if (
    (part.starttime ?? part.authtime) > now + clockskew ||
    (part.flags & TicketFlag.INVALID) !== 0
  ) {
    throw refused(KrbErrorCode.KRB_AP_ERR_TKT_NYV, 'the ticket is not valid yet');
  }
  if (part.endtime < now - clockskew) {
    throw refused(KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED, 'the ticket has expired');
  }
  // The replay cache keeps this machine's time, whatever this acceptor's clock shows.
  const memorableFor = proof.ctime + 2 * clockskew - now;
  if (!replayCache.note(ciphertext, Date.now() + memorableFor * 1000)) {
    throw refused(KrbErrorCode.KRB_AP_ERR_REPEAT, 'this request has come before');
  }
}

/**
 * The flags in the authenticator's checksum (RFC 4121, section 4.1.1) that this side supports:
 * DELEG is dropped, because delegated credentials are not kept.
 */
function contextFlags({ cksum }: Authenticator, mutualRequired: boolean): number {
  const flags =
    cksum?.cksumtype === GSS_CHECKSUM_TYPE ? decodeContextChecksum(cksum.checksum) : undefined;
  if (flags === undefined) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_INAPP_CKSUM,
      'the authenticator has no checksum of type 0x8003, which carries the context flags',
    );
  }
  const known = flags & ALL_FLAGS;
  return mutualRequired ? known | ContextFlag.MUTUAL : known & ~ContextFlag.MUTUAL;
}
