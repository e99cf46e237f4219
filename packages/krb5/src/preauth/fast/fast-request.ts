/** Puts a request into its armor (RFC 6113, section 5.4.2). */
import { encode } from '../../asn1/codec.js';
import { KeyUsage } from '../../crypto/index.js';
import { krbFastReq, paFxFastRequest } from '../../messages/fast.js';
import { type KdcReqBody, kdcReqBody } from '../../messages/kdc-messages.js';
import { type PaData, PaDataType } from '../../messages/pa-data.js';
import { checksumOf, encryptData } from '../../messages/protection.js';
import type { Armor } from './armor.js';

/** Returns the PA-FX-FAST of a request: its body and its `padata`, encrypted with the armor key. */
export function armoredRequest(
  { proof, key }: Armor,
  reqBody: KdcReqBody,
  padata: readonly PaData[],
): PaData {
  const inner = encode(krbFastReq, { fastOptions: 0, padata, reqBody });
  const request = encode(paFxFastRequest, {
    type: 'armoredData',
    value: {
      armor: proof,
      reqChecksum: checksumOf(key, KeyUsage.FAST_REQ_CHKSUM, encode(kdcReqBody, reqBody)),
      encFastReq: encryptData(key, KeyUsage.FAST_ENC, inner),
    },
  });
  return { padataType: PaDataType.PA_FX_FAST, padataValue: request };
}
