/**
 * The parsers of packages/krb5. Most are no part of its interface, so they are taken from where its build
 * leaves them.
 */
export { Asn1Error } from '../../krb5/dist/asn1/asn1-error.js';
export { type Codec, decode, encode } from '../../krb5/dist/asn1/codec.js';
export { scan } from '../../krb5/dist/asn1/scan.js';
export { locateCcache } from '../../krb5/dist/ccache/ccache-name.js';
export { decodeCcache } from '../../krb5/dist/ccache/decode.js';
export { encodeCcache } from '../../krb5/dist/ccache/encode.js';
export { etypeInfoOf, methodData, readAsRep } from '../../krb5/dist/client/as-exchange.js';
export { kdcRefusal } from '../../krb5/dist/client/kdc-failure.js';
export { checkReply } from '../../krb5/dist/client/reply-check.js';
export { openTgsRep } from '../../krb5/dist/client/tgs-exchange.js';
export { Krb5ConfigError } from '../../krb5/dist/config/config-error.js';
export { parseDuration } from '../../krb5/dist/config/duration.js';
export { expandPath } from '../../krb5/dist/config/expand-path.js';
export { fallbackRealm, hostRealm } from '../../krb5/dist/config/host-realm.js';
export {
  capaths,
  initialTicketOptions,
  krb5Config,
  realmKdcs,
} from '../../krb5/dist/config/krb5-config.js';
export { newSection, readText } from '../../krb5/dist/config/parse-profile.js';
export { checksumWith } from '../../krb5/dist/crypto/checksum.js';
export {
  deriveKeys,
  encrypt,
  encryptWith,
  KeyUsage,
  parseEtypeList,
} from '../../krb5/dist/crypto/index.js';
export { readAcceptorToken } from '../../krb5/dist/gss/ap-exchange.js';
export { frameToken, TokenId, unframeToken } from '../../krb5/dist/gss/token-framing.js';
export { readAnswer } from '../../krb5/dist/kdc/answer.js';
export { createAnswerReader } from '../../krb5/dist/kdc/answer-reader.js';
export { parseKdc } from '../../krb5/dist/kdc/locate.js';
export { decodeKeytab } from '../../krb5/dist/keytab/decode.js';
export { encodeKeytab } from '../../krb5/dist/keytab/encode.js';
export { locateKeytab } from '../../krb5/dist/keytab/read-keytab.js';
export * as apMessages from '../../krb5/dist/messages/ap-messages.js';
export * as kdcMessages from '../../krb5/dist/messages/kdc-messages.js';
export { krbError } from '../../krb5/dist/messages/krb-error.js';
export {
  formatPrincipal,
  parsePrincipal,
  principalsEqual,
  tgsPrincipal,
} from '../../krb5/dist/principal.js';
export * as types from './message-types.js';
