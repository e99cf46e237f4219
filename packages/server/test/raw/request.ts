/** Makes a client's request from nothing but the service's key: right, or wrong in one part. */
import { randomInt } from 'node:crypto';
import { ALL_FLAGS, type EncryptionKey, type Keytab, KeyUsage, parsePrincipal } from '@remctl/krb5';
import { encodeContextChecksum, GSS_CHECKSUM_TYPE } from '@remctl/krb5/internal/gss/context-flags';
import { frameToken, TokenId } from '@remctl/krb5/internal/gss/token-framing';
import { findKey } from '@remctl/krb5/internal/keytab/keytab';
import { ApOption } from '@remctl/krb5/internal/messages/ap-messages';
import {
  type Authenticator,
  apReq,
  authenticator,
  type EncTicketPart,
  encode,
  encryptData,
  encTicketPart,
  MessageType,
  PVNO,
  randomKey,
  ticket,
  toPrincipalName,
} from '@remctl/krb5/testing';

const MS_PER_SECOND = 1000;
/** Seconds: ten hours. */
const LIFETIME_S = 36_000;
const MICROSECONDS = 1_000_000;

/** The service that a request is for. */
export interface Service {
  readonly principal: string;
  /** The keytab with its key. */
  readonly keytab: Keytab;
}

/** What is unusual about a request. */
export interface RequestChanges {
  /** The context flags (`ContextFlag`), or the bytes of a checksum of another form; all without it. */
  readonly flags?: number | Uint8Array;
  /** The principal that the ticket names; the service's without it. */
  readonly server?: string;
  /** The version that the ticket says its key has. */
  readonly kvno?: number;
  /** The key that the ticket is sealed with; the service's without it. */
  readonly ticketKey?: EncryptionKey;
  /** The key that the authenticator is sealed with; the session key without it. */
  readonly proofKey?: EncryptionKey;
  /** AP-REQ's options; MUTUAL_REQUIRED without it. */
  readonly apOptions?: number;
  /** Fields of the ticket. */
  readonly part?: Partial<EncTicketPart>;
  /** Fields of the authenticator; undefined removes a field. */
  readonly proof?: { readonly [Field in keyof Authenticator]?: Authenticator[Field] | undefined };
}

/** A request, and what its maker needs to read the answer. */
export interface ForgedRequest {
  /** The context token. */
  readonly token: Uint8Array;
  readonly sessionKey: EncryptionKey;
  readonly proof: Authenticator;
  readonly flags: number;
}

/** The time now, in whole seconds since 1970. */
export const nowInSeconds = (): number => Math.floor(Date.now() / MS_PER_SECOND);

function withoutUndefined<T extends object>(fields: T): T {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as T;
}

/** Makes a request of `client`, a principal, to the service. */
export function forgeRequest(
  service: Service,
  client: string,
  changes: RequestChanges = {},
): ForgedRequest {
  const { flags = ALL_FLAGS } = changes;
  const owner = parsePrincipal(client);
  const server = parsePrincipal(changes.server ?? service.principal);
  const serviceKey = findKey(service.keytab, { principal: parsePrincipal(service.principal) });
  const now = nowInSeconds();
  const part: EncTicketPart = {
    flags: 0,
    key: randomKey(serviceKey.key.etype),
    crealm: owner.realm,
    cname: toPrincipalName(owner),
    transited: { trType: 1, contents: new Uint8Array() },
    authtime: now,
    endtime: now + LIFETIME_S,
    ...changes.part,
  };
  const proof = withoutUndefined<Authenticator>({
    authenticatorVno: PVNO,
    crealm: owner.realm,
    cname: toPrincipalName(owner),
    cksum: {
      cksumtype: GSS_CHECKSUM_TYPE,
      checksum: typeof flags === 'number' ? encodeContextChecksum(flags) : flags,
    },
    cusec: randomInt(MICROSECONDS),
    ctime: now,
    subkey: randomKey(serviceKey.key.etype),
    // Below 2^30: MIT Kerberos has had trouble with numbers that a signed one cannot hold.
    seqNumber: randomInt(2 ** 30),
    ...(changes.proof as Partial<Authenticator>),
  });
  const request = encode(apReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AP_REQ,
    apOptions: changes.apOptions ?? ApOption.MUTUAL_REQUIRED,
    ticket: encode(ticket, {
      tktVno: PVNO,
      realm: server.realm,
      sname: toPrincipalName(server),
      encPart: encryptData(
        changes.ticketKey ?? serviceKey.key,
        KeyUsage.TICKET,
        encode(encTicketPart, part),
        changes.kvno ?? serviceKey.kvno,
      ),
    }),
    authenticator: encryptData(
      changes.proofKey ?? part.key,
      KeyUsage.AP_REQ_AUTH,
      encode(authenticator, proof),
    ),
  });
  return {
    token: frameToken(TokenId.KRB_AP_REQ, request),
    sessionKey: part.key,
    proof,
    flags: typeof flags === 'number' ? flags : ALL_FLAGS,
  };
}
