/**
 * Target: what a KDC sends of preauthentication: SPAKE's messages, and FAST's.
 *
 * The two lowest bits of the first byte say what the rest is: a SPAKE message before (0) or after (1)
 * the client's support message, a KrbFastResponse, which the target seals correctly (2), or the
 * PA-FX-FAST of an error and of a reply (3).
 */
import { Krb5Error } from '@remctl/krb5';
import { requireSame, unlessRefused } from '../findings.js';
import { keyFor } from '../keys.js';
import {
  Asn1Error,
  type Codec,
  decode,
  encode,
  encryptData,
  fastMessages,
  KeyUsage,
  krb5Config,
  newSection,
  openArmoredError,
  openArmoredReply,
  paSpake,
  readText,
  spake,
  types,
} from '../krb5-internals.js';

const REALM = 'EXAMPLE.ORG';
const TICKET = Uint8Array.of(types.encodedTicket.tag, 0);
/** The nonce of the request in FAST. */
export const NONCE = 1;

function configWithAllGroups() {
  const root = newSection();
  const text = '[libdefaults]\nspake_preauth_groups = edwards25519 P-256 P-384 P-521\n';
  const includes = [...readText(text, 'krb5.conf', root)];
  return krb5Config({
    files: includes.length === 0 ? [{ path: 'krb5.conf', root }] : [],
    missing: [],
  });
}

const CONFIG = configWithAllGroups();

/** Requires that what `codec` reads can be written, and reads the same. */
function sameTwice<T>(codec: Codec<T>, data: Uint8Array): void {
  const value = unlessRefused([Asn1Error], () => decode(codec, data));
  if (value !== undefined) {
    const written = encode(codec, value);
    requireSame('written twice', encode(codec, decode(codec, written)), written);
  }
}

/** Has the client answer a SPAKE message; a Krb5Error is a refusal. */
async function answerSpake(hint: Uint8Array, bit: number, afterSupport: boolean): Promise<void> {
  const round = {
    realm: REALM,
    path: [],
    config: CONFIG,
    armorKey: undefined,
    requestBody: new Uint8Array(),
    now: 0,
    clientKey: async () => keyFor(bit),
  };
  try {
    if (afterSupport) {
      const support = await spake.answer({ ...round, hint: new Uint8Array() });
      await support.next?.({ ...round, hint });
    } else {
      await spake.answer({ ...round, hint });
    }
  } catch (error) {
    if (!(error instanceof Krb5Error)) {
      throw error;
    }
  }
}

/** Opens a PA-FX-FAST as that of an error and as that of a reply. */
function openFast(padataValue: Uint8Array, bit: number): void {
  const padata = [{ padataType: types.PaDataType.PA_FX_FAST, padataValue }];
  const request = { armorKey: keyFor(bit), nonce: NONCE };
  openArmoredError(
    {
      pvno: types.PVNO,
      msgType: types.MessageType.KRB_ERROR,
      stime: 0,
      susec: 0,
      errorCode: 0,
      realm: REALM,
      sname: { nameType: 0, nameString: [] },
      eData: encode(types.paDataSequence, padata),
    },
    request,
  );
  unlessRefused([Asn1Error, Krb5Error], () =>
    openArmoredReply(padata, TICKET, request)?.strengthened(keyFor(bit + 1)),
  );
}

export async function fuzz(data: Buffer): Promise<void> {
  const mode = data[0] ?? 0;
  const bit = mode >> 2;
  const rest = data.subarray(1);
  if ((mode & 2) === 0) {
    sameTwice(paSpake, rest);
    await answerSpake(rest, bit, (mode & 1) !== 0);
  } else if ((mode & 1) === 0) {
    sameTwice(fastMessages.krbFastResponse, rest);
    const encFastRep = encryptData(keyFor(bit), KeyUsage.FAST_REP, rest);
    openFast(
      encode(fastMessages.paFxFastReply, { type: 'armoredData' as const, value: { encFastRep } }),
      bit,
    );
  } else {
    sameTwice(fastMessages.paFxFastReply, rest);
    sameTwice(fastMessages.paFxFastRequest, rest);
    sameTwice(fastMessages.krbFastReq, rest);
    openFast(rest, bit);
  }
}
