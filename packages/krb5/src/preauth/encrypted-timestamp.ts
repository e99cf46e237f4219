/** Preauthentication by an encrypted timestamp (RFC 4120, section 5.2.7.2). */
import { encode } from '../asn1/codec.js';
import { encryptedTimestampDisabled } from '../config/krb5-config.js';
import { type EncryptionKey, KeyUsage } from '../crypto/index.js';
import { encryptedData } from '../messages/basic-types.js';
import { type PaData, PaDataType, paEncTsEnc } from '../messages/pa-data.js';
import { encryptData } from '../messages/protection.js';
import { randomMoment } from '../time/moments.js';
import type { PreauthMechanism } from './mechanism.js';

/** Encrypts a PA-ENC-TS-ENC of `now`, in milliseconds since 1970, for a `KeyUsage`. */
export function sealTimestamp(key: EncryptionKey, usage: number, now: number): Uint8Array {
  const { seconds, microseconds } = randomMoment(now);
  const timestamp = encode(paEncTsEnc, { patimestamp: seconds, pausec: microseconds });
  return encode(encryptedData, encryptData(key, usage, timestamp));
}

/**
 * Makes a PA-ENC-TIMESTAMP of `now`, in milliseconds since 1970: the proof that the sender knows the
 * key.
 */
export function encTimestamp(key: EncryptionKey, now: number): PaData {
  return {
    padataType: PaDataType.PA_ENC_TIMESTAMP,
    padataValue: sealTimestamp(key, KeyUsage.AS_REQ_PA_ENC_TIMESTAMP, now),
  };
}

export const encryptedTimestamp: PreauthMechanism = {
  type: PaDataType.PA_ENC_TIMESTAMP,
  name: 'an encrypted timestamp',
  // A referral must not lead around the setting.
  hindrance: ({ config, path }) => {
    const realm = path.find((each) => encryptedTimestampDisabled(config, each));
    return realm && `krb5.conf has disable_encrypted_timestamp for ${realm}`;
  },
  answer: async ({ clientKey, now }) => {
    const key = await clientKey();
    return { padata: [encTimestamp(key, now)], replyKey: { key, own: true } };
  },
};
