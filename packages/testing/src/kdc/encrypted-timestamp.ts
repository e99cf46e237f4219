/** Pre-authentication by encrypted timestamp (RFC 4120, section 5.2.7.2). */
import { KeyUsage, KrbErrorCode } from '@remctl/krb5';
import {
  Asn1Error,
  decode,
  decryptData,
  type EtypeInfo2Entry,
  encode,
  encryptedData,
  etypeInfo,
  etypeInfo2,
  type KdcRequest,
  type PaData,
  PaDataType,
  paEncTsEnc,
} from '@remctl/krb5/testing';
import { KdcRefusal, nameOf } from './kdc-refusal.js';
import type { KdcState } from './kdc-state.js';
import type { KeyVersion } from './keys.js';
import type { KnownPrincipal } from './principals.js';

const MS_PER_SECOND = 1000;

/** Returns how a client makes its key of a type from its password (RFC 4120, section 5.2.7.5). */
export function etypeInfoEntry({ salt }: KeyVersion, etype: number): EtypeInfo2Entry {
  const s2kparams = Buffer.alloc(4);
  s2kparams.writeUInt32BE(etypeInfo(etype).defaultIterations);
  return { etype, salt, s2kparams };
}

/** Returns the methods that a client may use, and how it makes its keys. */
function methods(keys: KeyVersion, etypes: readonly number[]): readonly PaData[] {
  const entries = etypes.map((etype) => etypeInfoEntry(keys, etype));
  return [
    { padataType: PaDataType.PA_ETYPE_INFO2, padataValue: encode(etypeInfo2, entries) },
    { padataType: PaDataType.PA_ENC_TIMESTAMP, padataValue: new Uint8Array() },
  ];
}

/**
 * Tells whether the client has proved that it knows its key. `etypes` are the types of its keys that
 * the request offers. Throws KdcRefusal: KDC_ERR_PREAUTH_REQUIRED if a proof is needed and missing,
 * KDC_ERR_PREAUTH_FAILED if the proof is wrong, KRB_AP_ERR_SKEW if it is of another time.
 */
export async function isPreauthenticated(
  kdc: KdcState,
  { padata }: KdcRequest,
  client: KnownPrincipal,
  etypes: readonly number[],
): Promise<boolean> {
  const [keys] = client.keys;
  const proof = padata.find(({ padataType }) => padataType === PaDataType.PA_ENC_TIMESTAMP);
  if (proof === undefined) {
    if (client.policy.preauthentication === false) {
      return false;
    }
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED,
      `${nameOf(client.principal)} must prove that it knows its key`,
      { methods: methods(keys, etypes) },
    );
  }
  const time = await openTimestamp(proof.padataValue, keys);
  if (time === undefined) {
    throw new KdcRefusal(
      KrbErrorCode.KDC_ERR_PREAUTH_FAILED,
      `the timestamp does not open with the key of ${nameOf(client.principal)}`,
      { methods: methods(keys, etypes) },
    );
  }
  if (Math.abs(time - kdc.now() / MS_PER_SECOND) > kdc.clockskew) {
    throw new KdcRefusal(
      KrbErrorCode.KRB_AP_ERR_SKEW,
      `the clock of ${nameOf(client.principal)} differs by more than ${kdc.clockskew} seconds`,
    );
  }
  return true;
}

/** Returns the time in a PA-ENC-TIMESTAMP, in seconds since 1970; undefined if it does not open. */
async function openTimestamp(value: Uint8Array, keys: KeyVersion): Promise<number | undefined> {
  try {
    const data = decode(encryptedData, value);
    if (!keys.etypes.includes(data.etype)) {
      return undefined;
    }
    const key = await keys.key(data.etype);
    const plaintext = decryptData(key, KeyUsage.AS_REQ_PA_ENC_TIMESTAMP, data);
    return plaintext === undefined ? undefined : decode(paEncTsEnc, plaintext).patimestamp;
  } catch (error) {
    if (error instanceof Asn1Error) {
      return undefined;
    }
    throw error;
  }
}
