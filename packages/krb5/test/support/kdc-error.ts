/** KRB-ERROR messages as a KDC sends them. */
import { encode } from '../../src/asn1/codec.js';
import { krbError } from '../../src/messages/krb-error.js';
import { MessageType, PVNO } from '../../src/messages/message-type.js';

interface KdcErrorOptions {
  /** Seconds that the KDC's clock is ahead of this machine's. */
  readonly ahead?: number;
  readonly eData?: Uint8Array;
  /** The realm that the KDC sends the client to. */
  readonly crealm?: string;
}

/** Encodes the error `errorCode` of the KDC of `realm` (RFC 4120, section 5.9.1). */
export function kdcError(
  realm: string,
  errorCode: number,
  { ahead = 0, crealm, ...rest }: KdcErrorOptions = {},
): Uint8Array {
  return encode(krbError, {
    pvno: PVNO,
    msgType: MessageType.KRB_ERROR,
    stime: Math.floor(Date.now() / 1000) + ahead,
    susec: 0,
    errorCode,
    realm,
    sname: { nameType: 2, nameString: ['krbtgt', realm] },
    // libkrb5 takes the realm of a client only with a name.
    ...(crealm === undefined ? {} : { crealm, cname: { nameType: 1, nameString: ['client'] } }),
    ...rest,
  });
}
