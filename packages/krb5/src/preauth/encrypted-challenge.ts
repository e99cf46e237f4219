/**
 * Preauthentication by an encrypted challenge inside FAST (RFC 6113, section 5.4.6).
 *
 * The KDC's own challenge in the reply is not read, as in MIT Kerberos: Heimdal 7 makes it with
 * another key than the RFC says. The reply itself proves as much, because it opens with a key that
 * only the client and its KDC can make.
 */
import { combineKeys, KeyUsage } from '../crypto/index.js';
import { PaDataType } from '../messages/pa-data.js';
import { sealTimestamp } from './encrypted-timestamp.js';
import { MechanismUnusable, type PreauthMechanism } from './mechanism.js';

const NOT_ARMORED = 'an encrypted challenge needs the armor of FAST';

export const encryptedChallenge: PreauthMechanism = {
  type: PaDataType.PA_ENCRYPTED_CHALLENGE,
  name: 'an encrypted challenge',
  hindrance: ({ armorKey }) => (armorKey === undefined ? NOT_ARMORED : undefined),
  answer: async ({ armorKey, clientKey, now }) => {
    if (armorKey === undefined) {
      throw new MechanismUnusable(NOT_ARMORED);
    }
    const key = await clientKey();
    const mixed = combineKeys(armorKey, 'clientchallengearmor', key, 'challengelongterm');
    const padataValue = sealTimestamp(mixed, KeyUsage.ENC_CHALLENGE_CLIENT, now);
    return {
      padata: [{ padataType: PaDataType.PA_ENCRYPTED_CHALLENGE, padataValue }],
      replyKey: { key, own: true },
    };
  },
};
