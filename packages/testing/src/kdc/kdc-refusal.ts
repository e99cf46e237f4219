/** A KDC's refusal, and its KRB-ERROR (RFC 4120, section 5.9.1). */
import { formatPrincipal, KrbErrorCode, type Principal } from '@remctl/krb5';
import {
  encode,
  krbError,
  MessageType,
  type PaData,
  PVNO,
  paDataSequence,
  tgsPrincipal,
  toPrincipalName,
} from '@remctl/krb5/testing';

/** The most characters of a text that quotes a request: a request's names may be 64 KiB long. */
const MAX_QUOTED = 256;

/** A request is refused. `code` is a `KrbErrorCode`; the message is the answer's e-text. */
export class KdcRefusal extends Error {
  override readonly name = 'KdcRefusal';
  readonly code: number;
  /** The METHOD-DATA for the client, if there is any. */
  readonly methods: readonly PaData[] | undefined;
  /** The realm in which a client is known, for KDC_ERR_WRONG_REALM (RFC 6806, section 7). */
  readonly clientRealm: string | undefined;

  constructor(
    code: number,
    message: string,
    more: { readonly methods?: readonly PaData[]; readonly clientRealm?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.methods = more.methods;
    this.clientRealm = more.clientRealm;
  }
}

/** Who asks a KDC for what. A field is absent until it has been read from the request. */
export interface Asked {
  client?: Principal;
  server?: Principal;
}

const MS_PER_SECOND = 1000;
const US_PER_MS = 1000;

/** Encodes the KRB-ERROR for a refusal. `now` is the KDC's time in milliseconds since 1970. */
export function encodeRefusal(
  refusal: KdcRefusal,
  asked: Asked,
  realm: string,
  now: number,
): Uint8Array {
  const { code, message, methods, clientRealm } = refusal;
  const server = asked.server ?? tgsPrincipal(realm);
  const client =
    asked.client === undefined
      ? {}
      : {
          crealm: clientRealm ?? asked.client.realm,
          cname: toPrincipalName(asked.client),
        };
  return encode(krbError, {
    pvno: PVNO,
    msgType: MessageType.KRB_ERROR,
    stime: Math.floor(now / MS_PER_SECOND),
    susec: (Math.floor(now) % MS_PER_SECOND) * US_PER_MS,
    errorCode: code,
    ...client,
    realm: server.realm,
    sname: toPrincipalName(server),
    eText: quotable(message),
    ...(methods === undefined ? {} : { eData: encode(paDataSequence, methods) }),
  });
}

/** Encodes the KRB-ERROR that sends a client from UDP to TCP (RFC 4120, section 7.2.1). */
export function encodeTooBig(realm: string, now: number): Uint8Array {
  const refusal = new KdcRefusal(
    KrbErrorCode.KRB_ERR_RESPONSE_TOO_BIG,
    'the answer is too big for UDP: ask by TCP',
  );
  return encodeRefusal(refusal, {}, realm, now);
}

/** Encodes the KRB-ERROR for a TCP request that is too long (RFC 4120, section 7.2.2). */
export function encodeTooLong(realm: string, now: number): Uint8Array {
  const refusal = new KdcRefusal(KrbErrorCode.KRB_ERR_FIELD_TOOLONG, 'the request is too long');
  return encodeRefusal(refusal, {}, realm, now);
}

/** Cuts a text that quotes a request. */
function quotable(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/** Writes a principal of a request, cut to a length that logs and errors can carry. */
export function nameOf(principal: Principal): string {
  return quotable(formatPrincipal(principal));
}
