/** Preauthentication by SPAKE, which gives nothing to guess from (RFC 9588). */
import { Asn1Error } from '../../asn1/asn1-error.js';
import { decode, encode } from '../../asn1/codec.js';
import { spakePreauthGroups } from '../../config/krb5-config.js';
import { KeyUsage } from '../../crypto/index.js';
import { LocalErrorCode } from '../../error-codes.js';
import { Krb5Error } from '../../errors.js';
import { type PaData, PaDataType } from '../../messages/pa-data.js';
import { encryptData } from '../../messages/protection.js';
import {
  paSpake,
  type SpakeChallenge,
  SpakeFactor,
  spakeSecondFactor,
} from '../../messages/spake.js';
import {
  MechanismUnusable,
  type PreauthAnswer,
  type PreauthMechanism,
  type PreauthRound,
  type PreauthSetting,
} from '../mechanism.js';
import { type GroupInfo, permittedGroups } from './groups.js';
import { derivedKey, secretOf, transcriptHash } from './keys.js';

const NO_SUPPORT = new Uint8Array();

function groupsOf({ config }: PreauthSetting): readonly GroupInfo[] {
  return permittedGroups(spakePreauthGroups(config));
}

function spakeData(padataValue: Uint8Array): PaData {
  return { padataType: PaDataType.PA_SPAKE, padataValue };
}

/** Tells the KDC the groups that this client takes. */
function sendSupport(groups: readonly GroupInfo[]): PreauthAnswer {
  const support = encode(paSpake, {
    type: 'support',
    value: { groups: groups.map(({ number }) => number) },
  });
  return { padata: [spakeData(support)], next: (round) => respond(round, support) };
}

/** Reads the KDC's challenge. Throws MechanismUnusable for anything else. */
function readChallenge({ hint, realm }: PreauthRound): SpakeChallenge {
  try {
    const message = decode(paSpake, hint);
    if (message.type === 'challenge') {
      return message.value;
    }
  } catch (error) {
    if (!(error instanceof Asn1Error)) {
      throw error;
    }
  }
  throw new MechanismUnusable(
    `the KDC of ${realm} sent a SPAKE message that cannot be read: check the realm's KDCs in krb5.conf`,
  );
}

/**
 * Answers a challenge. `support` is the support message that the client has sent, empty if it sent
 * none: then a challenge in another group is answered by one.
 */
async function respond(round: PreauthRound, support: Uint8Array): Promise<PreauthAnswer> {
  const { hint, realm, requestBody } = round;
  const challenge = readChallenge(round);
  const groups = groupsOf(round);
  const group = groups.find(({ number }) => number === challenge.group);
  if (group === undefined) {
    if (support.length === 0) {
      return sendSupport(groups);
    }
    throw new MechanismUnusable(
      `the KDC of ${realm} chose SPAKE's group ${challenge.group}, which was not offered: check the realm's KDCs in krb5.conf`,
    );
  }
  if (!challenge.factors.some(({ type }) => type === SpakeFactor.SF_NONE)) {
    throw new MechanismUnusable(secondFactor(realm));
  }
  const { CURVES } = await import('./spake-curves.js');
  const curve = CURVES.get(group.number);
  const initial = await round.clientKey();
  const w = secretOf(initial, group);
  const agreement = curve?.agree(curve.randomSecret(), w, challenge.pubkey);
  if (agreement === undefined) {
    throw new MechanismUnusable(
      `the KDC of ${realm} sent a SPAKE element that is not in the group ${group.name}: check the realm's KDCs in krb5.conf`,
    );
  }
  const { publicElement, shared } = agreement;
  const transcript = transcriptHash(group, support, hint, publicElement);
  const material = { group, initial, w, shared, transcript, requestBody };
  const factor = encode(spakeSecondFactor, { type: SpakeFactor.SF_NONE });
  const response = encode(paSpake, {
    type: 'response',
    value: {
      pubkey: publicElement,
      factor: encryptData(derivedKey(material, 1), KeyUsage.SPAKE, factor),
    },
  });
  return {
    padata: [spakeData(response)],
    replyKey: { key: derivedKey(material, 0), own: false },
    next: async () => {
      throw new Krb5Error(LocalErrorCode.KRB5_PREAUTH_FAILED, secondFactor(realm));
    },
  };
}

function secondFactor(realm: string): string {
  return `the KDC of ${realm} asks for a second factor besides the password (SPAKE): get the ticket with kinit, and give its cache`;
}

export const spake: PreauthMechanism = {
  type: PaDataType.PA_SPAKE,
  name: 'SPAKE',
  hindrance: (setting) =>
    groupsOf(setting).length === 0
      ? 'spake_preauth_groups in krb5.conf names no group that is known'
      : undefined,
  answer: async (round) =>
    round.hint.length === 0 ? sendSupport(groupsOf(round)) : respond(round, NO_SUPPORT),
};
