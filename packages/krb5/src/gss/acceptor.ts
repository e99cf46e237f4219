/** The acceptor's side of a context (RFC 2743, section 2.2.2; RFC 4121, section 4.1). */
import { decode } from '../asn1/codec.js';
import { randomMoment } from '../client/moments.js';
import { toPrincipal, toPrincipalName } from '../client/names.js';
import { type EncryptionKey, KeyUsage, randomKey } from '../crypto/index.js';
import { GssStatus, KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { GssError, Krb5Error } from '../errors.js';
import { findKey, type Keytab, keytabEntries } from '../keytab/keytab.js';
import { ApOption, type Authenticator, type EncApRepPart } from '../messages/ap-messages.js';
import { MessageType, PVNO } from '../messages/message-type.js';
import { decryptData } from '../messages/protection.js';
import {
  type EncTicketPart,
  encTicketPart,
  type Ticket,
  TicketFlag,
  ticket as ticketCodec,
} from '../messages/ticket.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import {
  apRepToken,
  krbErrorToken,
  openAuthenticator,
  randomSequenceNumber,
  readApReqToken,
  readToken,
} from './ap-exchange.js';
import {
  ALL_FLAGS,
  ContextFlag,
  decodeContextChecksum,
  GSS_CHECKSUM_TYPE,
} from './context-flags.js';
import { protectionOf } from './message-keys.js';
import { createReplayCache, type ReplayCache } from './replay-cache.js';
import {
  type ContextStep,
  createSecurityContext,
  type EstablishedState,
  type SecurityContext,
} from './security-context.js';

/** The default of krb5.conf's clockskew. */
const DEFAULT_CLOCKSKEW_S = 300;

export interface AcceptorOptions {
  /** The keys of this acceptor's services; see `readKeytab`. */
  readonly keytab: Keytab;
  /** The only service that accepts contexts; without it, every service in the keytab does. */
  readonly principal?: Principal | undefined;
  /** The number of seconds that clocks may differ; 300 without it. */
  readonly clockskew?: number | undefined;
  /** Remembers requests, to refuse replays. Without it, all contexts of the process share one. */
  readonly replayCache?: ReplayCache | undefined;
  /**
   * For tests of initiators: changes the EncAPRepPart before it is encrypted. The context uses the
   * changed part: without `subkey` in it, the initiator's subkey protects the messages.
   */
  readonly alterApRep?: ((part: EncApRepPart) => EncApRepPart) | undefined;
}

export interface AcceptorContext extends SecurityContext {
  /**
   * Does GSS_Accept_sec_context with the initiator's token. One call establishes the context; the
   * caller sends the returned token, if there is one, to the initiator. Throws AcceptorRefusal if
   * the request is refused: its `token` is the answer to the initiator. Throws GssError
   * GSS_S_DEFECTIVE_TOKEN if the token holds no request, and GssError GSS_S_FAILURE for a second
   * call.
   */
  readonly step: (token: Uint8Array) => ContextStep;
}

/** The error of a refused AP-REQ. */
export class AcceptorRefusal extends Krb5Error {
  /** The context token for the initiator, with the KRB-ERROR. */
  readonly token: Uint8Array;

  constructor(error: Krb5Error, server: Principal) {
    super(error.code, error.message, { cause: error });
    const { seconds, microseconds } = randomMoment(Date.now());
    this.token = krbErrorToken({
      pvno: PVNO,
      msgType: MessageType.KRB_ERROR,
      stime: seconds,
      susec: microseconds,
      // A LocalErrorCode, below 0, means nothing to the other side.
      errorCode: error.code >= 0 ? error.code : KrbErrorCode.KRB_ERR_GENERIC,
      realm: server.realm,
      sname: toPrincipalName(server),
    });
  }
}

const processReplayCache = createReplayCache();

/** Creates an acceptor's context. Nothing happens before `step`. */
export function createAcceptorContext(options: AcceptorOptions): AcceptorContext {
  let established: EstablishedState | undefined;
  let begun = false;
  const step = (token: Uint8Array): ContextStep => {
    if (begun) {
      throw new GssError(GssStatus.GSS_S_FAILURE, 'step is called once for an acceptor');
    }
    begun = true;
    const accepted = accept(options, token);
    established = accepted.established;
    return { token: accepted.token, established: true };
  };
  return createSecurityContext(() => established, step);
}

function accept(
  options: AcceptorOptions,
  token: Uint8Array,
): { established: EstablishedState; token: Uint8Array | undefined } {
  const request = readApReqToken(token);
  const ticket = readToken(() => decode(ticketCodec, request.ticket));
  const server = toPrincipal(ticket.sname, ticket.realm);
  try {
    const part = openTicket(options, ticket, server);
    const proof = openAuthenticator(request, part.key);
    if (proof === undefined) {
      throw refused(
        KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
        'the authenticator does not open with the session key of the ticket',
      );
    }
    checkTransited(part, server);
    checkRequest(options, part, proof, request.authenticator.cipher);
    const flags = contextFlags(proof, (request.apOptions & ApOption.MUTUAL_REQUIRED) !== 0);
    const reply = (flags & ContextFlag.MUTUAL) === 0 ? undefined : apRepPart(options, part, proof);
    return {
      token: reply === undefined ? undefined : apRepToken(part.key, reply),
      established: {
        protection: protectionOf({
          role: 'acceptor',
          sessionKey: part.key,
          initiator: proof,
          acceptor: reply,
          flags,
        }),
        flags,
        peer: formatPrincipal(toPrincipal(part.cname, part.crealm)),
        expires: new Date(part.endtime * 1000),
      },
    };
  } catch (error) {
    throw error instanceof Krb5Error ? new AcceptorRefusal(error, server) : error;
  }
}

function refused(code: number, message: string): Krb5Error {
  return new Krb5Error(code, message);
}

function openTicket(
  { keytab, principal }: AcceptorOptions,
  ticket: Ticket,
  server: Principal,
): EncTicketPart {
  if (principal !== undefined && !principalsEqual(principal, server)) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
      `the ticket is for ${formatPrincipal(server)}, this service is ${formatPrincipal(principal)}`,
    );
  }
  if (keytabEntries(keytab, server).length === 0) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
      `the ticket is for ${formatPrincipal(server)}, which has no key in ${keytab.path}`,
    );
  }
  const { encPart } = ticket;
  const plaintext = decryptData(serviceKey(keytab, server, ticket), KeyUsage.TICKET, encPart);
  if (plaintext === undefined) {
    throw refused(
      KrbErrorCode.KRB_AP_ERR_MODIFIED,
      `the ticket does not open with the key of ${formatPrincipal(server)} in ${keytab.path}`,
    );
  }
  return readToken(() => decode(encTicketPart, plaintext));
}

function serviceKey(keytab: Keytab, server: Principal, { encPart }: Ticket): EncryptionKey {
  const { etype, kvno } = encPart;
  try {
    return findKey(keytab, { principal: server, etype, kvno }).key;
  } catch (error) {
    if (error instanceof Krb5Error && error.code === LocalErrorCode.KRB5_KT_KVNONOTFOUND) {
      throw new Krb5Error(KrbErrorCode.KRB_AP_ERR_BADKEYVER, error.message, { cause: error });
    }
    if (error instanceof Krb5Error && error.code === LocalErrorCode.KRB5_KT_NOTFOUND) {
      throw new Krb5Error(KrbErrorCode.KRB_AP_ERR_NOKEY, error.message, { cause: error });
    }
    throw error;
  }
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
  { clockskew = DEFAULT_CLOCKSKEW_S, replayCache = processReplayCache }: AcceptorOptions,
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
  const now = Date.now() / 1000;
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
  if (!replayCache.note(ciphertext, (proof.ctime + 2 * clockskew) * 1000)) {
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

function apRepPart(
  { alterApRep }: AcceptorOptions,
  part: EncTicketPart,
  { ctime, cusec }: Authenticator,
): EncApRepPart {
  const reply: EncApRepPart = {
    ctime,
    cusec,
    subkey: randomKey(part.key.etype),
    seqNumber: randomSequenceNumber(),
  };
  return alterApRep === undefined ? reply : alterApRep(reply);
}
