/**
 * The parts of @remctl/krb5 that targets, tests and seeds use.
 *
 * @remctl/krb5 exports few of its parsers, so these come through its door for sister packages. All
 * imports from that door are in this file and in message-types.ts.
 */
export { Asn1Error } from '@remctl/krb5/internal/asn1/asn1-error';
export { type Codec, decode, encode } from '@remctl/krb5/internal/asn1/codec';
export * as constructedTypes from '@remctl/krb5/internal/asn1/constructed-types';
export * as primitiveTypes from '@remctl/krb5/internal/asn1/primitive-types';
export { scan } from '@remctl/krb5/internal/asn1/scan';
export { locateCcache } from '@remctl/krb5/internal/ccache/ccache-name';
export { decodeCcache } from '@remctl/krb5/internal/ccache/decode';
export * as kcmProtocol from '@remctl/krb5/internal/ccache/kcm-protocol';
export {
  asRequest,
  asRequestBody,
  readAsRep,
} from '@remctl/krb5/internal/client/as-exchange';
export { kdcRefusal } from '@remctl/krb5/internal/client/kdc-failure';
export { checkReply } from '@remctl/krb5/internal/client/reply-check';
export { buildTgsReq, openTgsRep } from '@remctl/krb5/internal/client/tgs-exchange';
export { Krb5ConfigError } from '@remctl/krb5/internal/config/config-error';
export { parseDuration } from '@remctl/krb5/internal/config/duration';
export { expandPath } from '@remctl/krb5/internal/config/expand-path';
export { fallbackRealm, hostRealm } from '@remctl/krb5/internal/config/host-realm';
export {
  capaths,
  initialTicketOptions,
  krb5Config,
  realmKdcs,
} from '@remctl/krb5/internal/config/krb5-config';
export { newSection, readText } from '@remctl/krb5/internal/config/parse-profile';
export { checksumWith } from '@remctl/krb5/internal/crypto/checksum';
export {
  deriveKeys,
  encrypt,
  encryptWith,
  KeyUsage,
  parseEtypeList,
} from '@remctl/krb5/internal/crypto/index';
export {
  openAuthenticator,
  readAcceptorToken,
  readApReqToken,
} from '@remctl/krb5/internal/gss/ap-exchange';
export { frameToken, TokenId, unframeToken } from '@remctl/krb5/internal/gss/token-framing';
export { readAnswer } from '@remctl/krb5/internal/kdc/answer';
export { decodeDnsAnswer, encodeDnsQuestion } from '@remctl/krb5/internal/kdc/dns-message';
export { parseKdc } from '@remctl/krb5/internal/kdc/parse-kdc';
export { decodeProxyAnswer, encodeProxyRequest } from '@remctl/krb5/internal/kdc/proxy-framing';
export { exchangeByTcp } from '@remctl/krb5/internal/kdc/tcp';
export { createAnswerReader } from '@remctl/krb5/internal/kdc/tcp-framing';
export { parseUriRecord } from '@remctl/krb5/internal/kdc/uri-records';
export { decodeKeytab } from '@remctl/krb5/internal/keytab/decode';
export { locateKeytab } from '@remctl/krb5/internal/keytab/read-keytab';
export * as apMessages from '@remctl/krb5/internal/messages/ap-messages';
export * as fastMessages from '@remctl/krb5/internal/messages/fast';
export type { KdcReqBody } from '@remctl/krb5/internal/messages/kdc-messages';
export * as kdcMessages from '@remctl/krb5/internal/messages/kdc-messages';
export { KdcOption } from '@remctl/krb5/internal/messages/kdc-messages';
export { krbError } from '@remctl/krb5/internal/messages/krb-error';
export { toPrincipalName } from '@remctl/krb5/internal/messages/principal-name';
export {
  checksumOf,
  decryptData,
  encryptData,
} from '@remctl/krb5/internal/messages/protection';
export { paSpake, type SpakeChallenge } from '@remctl/krb5/internal/messages/spake';
export { encTimestamp } from '@remctl/krb5/internal/preauth/encrypted-timestamp';
export {
  openArmoredError,
  openArmoredReply,
} from '@remctl/krb5/internal/preauth/fast/fast-response';
export { etypeInfoOf, methodData } from '@remctl/krb5/internal/preauth/method-data';
export { spake } from '@remctl/krb5/internal/preauth/spake/spake';
export {
  formatPrincipal,
  parsePrincipal,
  principalsEqual,
  tgsPrincipal,
} from '@remctl/krb5/internal/principal';
export { fnmatch } from '@remctl/krb5/internal/text/fnmatch';
export { encodeCcache, encodeKeytab } from '@remctl/krb5/testing';
export * as types from './message-types.js';
