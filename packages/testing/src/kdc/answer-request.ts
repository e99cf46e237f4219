/** Answers one request to a KDC, whatever its bytes are. */
import { isNativeError } from 'node:util/types';
import { Krb5Error, KrbErrorCode, krbErrorName } from '@remctl/krb5';
import { Asn1Error, decodeKdcRequest, type KdcRequest } from '@remctl/krb5/testing';
import { answerAs } from './as-exchange.js';
import { type Asked, encodeRefusal, KdcRefusal, nameOf } from './kdc-refusal.js';
import type { KdcState } from './kdc-state.js';
import { answerTgs } from './tgs-exchange.js';

/** The error in the record of bytes that are no request. They get no answer. */
const UNREADABLE = 'unreadable';

/** What a KDC was asked, and how it answered. */
export interface KdcRecord {
  /** AS for a first ticket, TGS for every other, undefined if the bytes are no request. */
  readonly exchange: 'AS' | 'TGS' | undefined;
  readonly transport: 'udp' | 'tcp';
  /** The client, as far as the request tells it; names are cut after 256 characters. */
  readonly client: string | undefined;
  readonly server: string | undefined;
  /**
   * The name of the error, such as KDC_ERR_PREAUTH_REQUIRED; `unreadable` if the bytes are no request,
   * and got no answer; undefined if a ticket was issued.
   */
  readonly error: string | undefined;
  /** What was wrong, in words; undefined if nothing was. */
  readonly reason: string | undefined;
}

/** The answer to a request; undefined if the bytes are no request, and get none. */
export interface Answered {
  readonly answer: Uint8Array | undefined;
  readonly record: Omit<KdcRecord, 'transport'>;
}

/** Answers a request. Never rejects: a fault of this KDC is answered by KRB_ERR_GENERIC. */
export async function answerRequest(kdc: KdcState, message: Uint8Array): Promise<Answered> {
  const asked: Asked = {};
  let exchange: KdcRequest['exchange'] | undefined;
  try {
    const request = decodeKdcRequest(message);
    exchange = request.exchange;
    const answer =
      exchange === 'AS'
        ? await answerAs(kdc, request, message, asked)
        : await answerTgs(kdc, request, asked);
    return {
      answer,
      record: { ...recordOf(exchange, asked), error: undefined, reason: undefined },
    };
  } catch (error) {
    if (error instanceof Asn1Error && exchange === undefined) {
      const record = { ...recordOf(exchange, asked), error: UNREADABLE, reason: error.message };
      return { answer: undefined, record };
    }
    const refusal = refusalOf(error);
    const record = {
      ...recordOf(exchange, asked),
      error: krbErrorName(refusal.code),
      reason: refusal.message,
    };
    return { answer: encodeRefusal(refusal, asked, kdc.realm, kdc.now()), record };
  }
}

function refusalOf(error: unknown): KdcRefusal {
  if (error instanceof KdcRefusal) {
    return error;
  }
  if (error instanceof Krb5Error && error.code >= 0) {
    return new KdcRefusal(error.code, error.message);
  }
  if (error instanceof Asn1Error) {
    const reason = `a part of the request cannot be read: ${error.message}`;
    return new KdcRefusal(KrbErrorCode.KRB_ERR_GENERIC, reason);
  }
  const reason = isNativeError(error) ? error.message : String(error);
  return new KdcRefusal(KrbErrorCode.KRB_ERR_GENERIC, reason);
}

function recordOf(exchange: KdcRequest['exchange'] | undefined, { client, server }: Asked) {
  return {
    exchange,
    client: client === undefined ? undefined : nameOf(client),
    server: server === undefined ? undefined : nameOf(server),
  };
}
