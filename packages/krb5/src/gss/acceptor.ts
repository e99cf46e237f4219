/** The acceptor's side of a context (RFC 2743, section 2.2.2; RFC 4121, section 4.1). */

import { decode } from '../asn1/codec.js';
import { etypeName, randomKey } from '../crypto/index.js';
import { GssStatus, KrbErrorCode } from '../error-codes.js';
import { GssError, Krb5Error, messageOf } from '../errors.js';
import type { Authenticator, EncApRepPart } from '../messages/ap-messages.js';
import { MessageType, PVNO } from '../messages/message-type.js';
import { toPrincipal, toPrincipalName } from '../messages/principal-name.js';
import { type EncTicketPart, ticket as ticketCodec } from '../messages/ticket.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { formatPrincipal, type Principal } from '../principal.js';
import { randomMoment } from '../time/moments.js';
import { trace } from '../trace/trace.js';
import {
  apRepToken,
  krbErrorToken,
  randomSequenceNumber,
  readApReqToken,
  readToken,
} from './ap-exchange.js';
import { ContextFlag } from './context-flags.js';
import { protectionOf } from './message-keys.js';
import { openRequest, type RequestPolicy } from './open-request.js';
import {
  type ContextStep,
  createSecurityContext,
  type EstablishedState,
  type SecurityContext,
} from './security-context.js';

export interface AcceptorOptions extends RequestPolicy {
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

  /** `now` is the acceptor's time, in milliseconds since 1970. */
  constructor(error: Krb5Error, server: Principal, now: number) {
    super(error.code, error.message, { cause: error });
    const { seconds, microseconds } = randomMoment(now);
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

const OPTIONS: OptionNames<AcceptorOptions> = {
  keytab: true,
  principal: true,
  clockskew: true,
  replayCache: true,
  now: true,
  alterApRep: true,
};

/**
 * Creates an acceptor's context. Nothing happens before `step`. Throws TypeError for an option that
 * does not exist.
 */
export function createAcceptorContext(options: AcceptorOptions): AcceptorContext {
  checkOptionNames('createAcceptorContext()', options, OPTIONS);
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
    const { part, proof, flags } = openRequest(options, request, ticket);
    const client = formatPrincipal(toPrincipal(part.cname, part.crealm));
    trace(() => {
      const key = etypeName(part.key.etype);
      return `Accepted AP-REQ ${client} -> ${formatPrincipal(server)}, session key ${key}`;
    });
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
        peer: client,
        client,
        expires: new Date(part.endtime * 1000),
      },
    };
  } catch (error) {
    const { now = Date.now } = options;
    trace(() => {
      const reason = messageOf(error);
      return `Refused AP-REQ for ${formatPrincipal(server)}: ${reason}`;
    });
    throw error instanceof Krb5Error ? new AcceptorRefusal(error, server, now()) : error;
  }
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
