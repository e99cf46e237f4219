/** Opens an AS-REP with the key that preauthentication gave, or the client's. */
import type { EncryptionKey } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { ReplyKey } from '../preauth/mechanism.js';
import { entryFor } from '../preauth/method-data.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import type { SealedAsRep } from './as-exchange.js';
import { type ClientKeys, defaultSalt } from './client-keys.js';
import type { OpenedReply } from './reply-check.js';

/** The client that asked, and its keys. */
export interface ReplyOwner {
  readonly client: Principal;
  readonly keys: ClientKeys;
}

/**
 * Opens a reply with `replyKey`. If the KDC used another type of the client's own key, or if there
 * was no preauthentication, the client's key is made first. Throws Krb5Error
 * KRB_AP_ERR_BAD_INTEGRITY if the reply does not open, KRB5_KDCREP_MODIFIED if it is another client's,
 * KDC_ERR_ETYPE_NOSUPP if its type was not offered, KRB5_KT_NOTFOUND if the keytab has no key of it.
 */
export async function openReply(
  { client, keys }: ReplyOwner,
  sealed: SealedAsRep,
  replyKey: ReplyKey | undefined,
): Promise<OpenedReply> {
  if (!keys.offered.includes(sealed.etype)) {
    throw new Krb5Error(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
      `the KDC of ${client.realm} answered with an encryption type that was not asked for`,
    );
  }
  const opened = sealed.open(await keyOf(keys, sealed, replyKey));
  if (opened === undefined && !principalsEqual(sealed.client, client)) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KDCREP_MODIFIED,
      `the KDC of ${client.realm} answered for another client, ${formatPrincipal(sealed.client)}: check the realm's KDCs in krb5.conf`,
    );
  }
  if (opened === undefined) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      `the answer of the KDC of ${client.realm} does not open with the key of ${formatPrincipal(client)}: the password is wrong, or the keytab is older than the principal's key`,
    );
  }
  return opened;
}

async function keyOf(
  keys: ClientKeys,
  { etype, etypeInfo, client }: SealedAsRep,
  replyKey: ReplyKey | undefined,
): Promise<EncryptionKey> {
  if (replyKey !== undefined && (replyKey.key.etype === etype || !replyKey.own)) {
    return replyKey.key;
  }
  const entry = entryFor(etypeInfo, [etype]);
  // The salt belongs to the name that the KDC knows the client by.
  return keys.key(etype, entry?.salt ?? defaultSalt(client), entry?.s2kparams);
}
