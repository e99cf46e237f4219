/** Answers TGS-REQ: tickets for services, other realms, and renewed ones (RFC 4120, section 3.3). */
import { formatPrincipal, KrbErrorCode, type Principal } from '@remctl/krb5';
import {
  type EncTicketPart,
  encode,
  encryptData,
  encTgsRepPart,
  KdcOption,
  type KdcReqBody,
  type KdcRequest,
  MessageType,
  PaDataType,
  PVNO,
  principalsEqual,
  TicketFlag,
  tgsPrincipal,
  tgsRep,
  toPrincipal,
} from '@remctl/krb5/testing';
import { replyPart, sealTicket, sessionKey } from './issue-ticket.js';
import { type Asked, KdcRefusal, nameOf } from './kdc-refusal.js';
import { type KdcState, kdcSeconds } from './kdc-state.js';
import type { KnownPrincipal } from './principals.js';
import { findService } from './services.js';
import { isTgtOf, openShownTicket, type ShownTicket } from './shown-ticket.js';
import { ticketTimes } from './ticket-terms.js';

/** The options that this KDC does not have. */
const REFUSED_OPTIONS =
  KdcOption.ALLOW_POSTDATE |
  KdcOption.POSTDATED |
  KdcOption.CNAME_IN_ADDL_TKT |
  KdcOption.REQUEST_ANONYMOUS |
  KdcOption.ENC_TKT_IN_SKEY |
  KdcOption.VALIDATE;

/** Each option that the shown ticket must allow, and the flag that allows it (section 3.3.3). */
const ALLOWED_BY: readonly (readonly [option: number, flag: number])[] = [
  [KdcOption.FORWARDABLE, TicketFlag.FORWARDABLE],
  [KdcOption.FORWARDED, TicketFlag.FORWARDABLE],
  [KdcOption.PROXIABLE, TicketFlag.PROXIABLE],
  [KdcOption.PROXY, TicketFlag.PROXIABLE],
  [KdcOption.RENEWABLE, TicketFlag.RENEWABLE],
  [KdcOption.RENEW, TicketFlag.RENEWABLE],
];

/** The options that become the ticket's flags: they have the same bits. */
const GRANTED_OPTIONS =
  KdcOption.FORWARDABLE | KdcOption.FORWARDED | KdcOption.PROXIABLE | KdcOption.PROXY;

/** The flags that every ticket inherits from the shown one. */
const INHERITED_FLAGS =
  TicketFlag.FORWARDED | TicketFlag.PROXY | TicketFlag.PRE_AUTHENT | TicketFlag.HW_AUTHENT;

/** The ticket that is granted. */
interface Granted {
  readonly service: KnownPrincipal;
  /** The service as the ticket names it. */
  readonly server: Principal;
  readonly part: EncTicketPart;
}

/** Answers a TGS-REQ with a TGS-REP. Notes in `asked` who asks for what. Throws KdcRefusal. */
export async function answerTgs(
  kdc: KdcState,
  request: KdcRequest,
  asked: Asked,
): Promise<Uint8Array> {
  const { body } = request;
  if (body.sname !== undefined) {
    asked.server = toPrincipal(body.sname, body.realm);
  }
  const shown = await openShownTicket(kdc, request, asked);
  if (asked.server === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
      'the request does not name a service',
    );
  }
  checkOptions(request, shown);
  const { service, server, part } =
    (body.kdcOptions & KdcOption.RENEW) === 0
      ? grant(kdc, body, shown, asked.server)
      : renew(kdc, body, shown, asked.server);
  const told = encode(encTgsRepPart, replyPart(part, server, body.nonce));
  return encode(tgsRep, {
    pvno: PVNO,
    msgType: MessageType.KRB_TGS_REP,
    crealm: part.crealm,
    cname: part.cname,
    ticket: await sealTicket(service, server, part),
    encPart: encryptData(shown.replyKey, shown.replyUsage, told),
  });
}

function checkOptions({ body, padata }: KdcRequest, { part }: ShownTicket): void {
  const { kdcOptions } = body;
  if ((kdcOptions & REFUSED_OPTIONS) !== 0) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_BADOPTION,
      'the request has an option that this KDC does not have',
    );
  }
  for (const [option, flag] of ALLOWED_BY) {
    if ((kdcOptions & option) !== 0 && (part.flags & flag) === 0) {
      throw new KdcRefusal(
        KrbErrorCode.KDC_ERR_BADOPTION,
        'the request has an option that its ticket does not allow: get one that is forwardable, proxiable or renewable',
      );
    }
  }
  const actsForUser = padata.some(
    ({ padataType }) =>
      padataType === PaDataType.PA_FOR_USER || padataType === PaDataType.PA_FOR_X509_USER,
  );
  if (actsForUser) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_PADATA_TYPE_NOSUPP,
      'this KDC issues no tickets in the name of other users',
    );
  }
}

/** Grants a ticket for a service, or a referral to the realm that has it. Throws KdcRefusal. */
function grant(kdc: KdcState, body: KdcReqBody, shown: ShownTicket, wanted: Principal): Granted {
  if (!isTgtOf(kdc, shown.server)) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
      `the ticket is for ${nameOf(shown.server)}: show a ticket-granting ticket of ${kdc.realm}`,
    );
  }
  checkTrust(kdc, shown);
  const server = referral(kdc, body, wanted) ?? wanted;
  const service = findService(kdc, server);
  const { part } = shown;
  const { starttime, endtime, renewTill } = ticketTimes(kdc, body, {
    now: kdcSeconds(kdc),
    principals: [service],
    latestEnd: part.endtime,
    latestRenewal: part.renewTill,
  });
  return {
    service,
    server,
    part: {
      flags:
        (part.flags & INHERITED_FLAGS) |
        (body.kdcOptions & GRANTED_OPTIONS) |
        (renewTill === undefined ? 0 : TicketFlag.RENEWABLE) |
        TicketFlag.TRANSITED_POLICY_CHECKED,
      key: sessionKey(service, body.etype),
      crealm: part.crealm,
      cname: part.cname,
      transited: part.transited,
      authtime: part.authtime,
      starttime,
      endtime,
      ...(renewTill === undefined ? {} : { renewTill }),
      ...addresses(body, part),
      ...(part.authorizationData === undefined
        ? {}
        : { authorizationData: part.authorizationData }),
    },
  };
}

/** A forwarded ticket is for the addresses in the request, every other one for those it came from. */
function addresses({ kdcOptions, addresses }: KdcReqBody, { caddr }: EncTicketPart) {
  const moves = (kdcOptions & (KdcOption.FORWARDED | KdcOption.PROXY)) !== 0;
  const list = moves ? addresses : caddr;
  return list === undefined ? {} : { caddr: list };
}

/**
 * Throws KdcRefusal KDC_ERR_POLICY for a client that came through a third realm. So no ticket of
 * this KDC lists transited realms, and each one says that they were checked (section 2.7).
 */
function checkTrust({ realm }: KdcState, { server, client }: ShownTicket): void {
  if (server.realm !== realm && client.realm !== server.realm) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_POLICY,
      `a client of ${client.realm} must not come by way of ${server.realm}`,
    );
  }
}

/**
 * Returns the ticket-granting service of the trusted realm that has the wanted service, if the
 * request allows another name (RFC 6806, section 8); undefined if the service is this realm's.
 */
function referral(kdc: KdcState, body: KdcReqBody, wanted: Principal): Principal | undefined {
  const mayRefer = (body.kdcOptions & KdcOption.CANONICALIZE) !== 0;
  if (!mayRefer || kdc.principals.find(wanted) !== undefined) {
    return undefined;
  }
  for (const { realm, hasPrincipal } of kdc.trusted.values()) {
    if (hasPrincipal(formatPrincipal({ ...wanted, realm }))) {
      return tgsPrincipal(realm, kdc.realm);
    }
  }
  return undefined;
}

/**
 * Renews the shown ticket: as long as it was, from now, and no longer than it can be renewed
 * (section 3.3.3). Throws KdcRefusal KDC_ERR_BADOPTION if another service is wanted.
 */
function renew(kdc: KdcState, body: KdcReqBody, shown: ShownTicket, wanted: Principal): Granted {
  const { server, part } = shown;
  if (!principalsEqual(server, wanted)) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_BADOPTION,
      `the ticket for ${nameOf(server)} cannot be renewed for ${nameOf(wanted)}`,
    );
  }
  const service = findService(kdc, server);
  const now = kdcSeconds(kdc);
  const length = part.endtime - (part.starttime ?? part.authtime);
  return {
    service,
    server,
    part: {
      ...part,
      flags: part.flags | TicketFlag.TRANSITED_POLICY_CHECKED,
      key: sessionKey(service, body.etype),
      starttime: now,
      endtime: Math.min(now + length, part.renewTill ?? part.endtime),
    },
  };
}
