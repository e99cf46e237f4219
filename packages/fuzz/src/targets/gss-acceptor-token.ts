/**
 * Target: an acceptor's token, as an initiator reads it.
 *
 * After an even first byte the rest is the token itself. After an odd one the rest is an
 * EncAPRepPart, which the target seals correctly.
 */
import { GssError } from '@remctl/krb5';
import { unlessRefused } from '../findings.js';
import { keyFor } from '../keys.js';
import {
  apMessages,
  encode,
  encrypt,
  frameToken,
  KeyUsage,
  readAcceptorToken,
  TokenId,
  types,
} from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const mode = data[0] ?? 0;
  const rest = data.subarray(1);
  const key = keyFor(mode >> 1);
  const token =
    (mode & 1) === 0
      ? rest
      : frameToken(
          TokenId.KRB_AP_REP,
          encode(apMessages.apRep, {
            pvno: types.PVNO,
            msgType: types.MessageType.KRB_AP_REP,
            encPart: { etype: key.etype, cipher: encrypt(key, KeyUsage.AP_REP_ENC_PART, rest) },
          }),
        );
  unlessRefused([GssError], () => readAcceptorToken(token, key));
}
