/**
 * What tests, fuzzing and a test KDC alone need of this package.
 *
 * Programs must not write caches and keytabs with these encoders: they take no locks and keep no
 * other entries.
 */
/// <reference types="node" preserve="true" />
export { Asn1Error } from '../asn1/asn1-error.js';
export { decode, encode } from '../asn1/codec.js';
export type { Ccache, CcacheCredential } from '../ccache/ccache.js';
export { defaultSalt } from '../client/client-keys.js';
export { verifyChecksumWith } from '../crypto/checksum.js';
export {
  DEFAULT_ETYPES,
  deriveKeys,
  etypeInfo,
  etypeName,
  isSupportedEtype,
  randomKey,
  stringToKey,
} from '../crypto/index.js';
export {
  type ApReq,
  type Authenticator,
  apReq,
  authenticator,
} from '../messages/ap-messages.js';
export { checksum, encryptedData } from '../messages/basic-types.js';
export { decodeMessage } from '../messages/decode-message.js';
export {
  asRep,
  asReq,
  type EncKdcRepPart,
  encAsRepPart,
  encTgsRepPart,
  KdcOption,
  type KdcReqBody,
  kdcReqBody,
  tgsRep,
  tgsReq,
} from '../messages/kdc-messages.js';
export { type KrbError, krbError } from '../messages/krb-error.js';
export { MessageType, PVNO } from '../messages/message-type.js';
export {
  type EtypeInfo2Entry,
  etypeInfo2,
  type PaData,
  PaDataType,
  paDataSequence,
  paEncTsEnc,
} from '../messages/pa-data.js';
export { toPrincipal, toPrincipalName } from '../messages/principal-name.js';
export { checksumOf, decryptData, encryptData } from '../messages/protection.js';
export { type EncTicketPart, encTicketPart, TicketFlag, ticket } from '../messages/ticket.js';
export { principalsEqual, TGS_NAME, tgsPrincipal } from '../principal.js';
export { encodeCcache } from './ccache-encoder.js';
export { decodeKdcRequest, type KdcRequest } from './kdc-request.js';
export { encodeKeytab } from './keytab-encoder.js';
