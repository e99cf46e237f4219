/** Target: DER messages and their parts. Each that was read can be written and reads the same. */
import { requireSame, unlessRefused } from '../findings.js';
import {
  Asn1Error,
  apMessages,
  type Codec,
  decode,
  encode,
  kdcMessages,
  krbError,
  types,
} from '../krb5-internals.js';

interface Reader {
  readonly tag: number;
  readonly check: (data: Uint8Array) => void;
}

/** Returns the check of what `codec` reads. */
function reads<T>(codec: Codec<T>): Reader {
  const check = (data: Uint8Array) => {
    const value = unlessRefused([Asn1Error], () => decode(codec, data));
    if (value === undefined) {
      return;
    }
    const written = encode(codec, value);
    requireSame('written twice', encode(codec, decode(codec, written)), written);
  };
  return { tag: codec.tag, check };
}

const READERS: readonly Reader[] = [
  reads(apMessages.apReq),
  reads(apMessages.authenticator),
  reads(apMessages.apRep),
  reads(apMessages.encApRepPart),
  reads(kdcMessages.asReq),
  reads(kdcMessages.tgsReq),
  reads(kdcMessages.asRep),
  reads(kdcMessages.tgsRep),
  reads(kdcMessages.encAsRepPart),
  reads(kdcMessages.encTgsRepPart),
  reads(krbError),
  reads(types.ticket),
  reads(types.encTicketPart),
  reads(kdcMessages.kdcReqBody),
  reads(types.principalName),
  reads(types.encryptedData),
  reads(types.encryptionKey),
  reads(types.checksum),
  reads(types.hostAddresses),
  reads(types.authorizationData),
  reads(types.paDataSequence),
  reads(types.transitedEncoding),
  reads(types.paEncTsEnc),
  reads(types.etypeInfo2),
];

export function fuzz(data: Buffer): void {
  for (const { tag, check } of READERS) {
    if (tag === data[0]) {
      check(data);
    }
  }
}
