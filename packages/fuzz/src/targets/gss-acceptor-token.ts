/**
 * The acceptor's token as an initiator reads it. An even first octet: the token as it comes. An odd one: an
 * EncAPRepPart, sealed as it has to be.
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
} from '../krb5.js';

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
