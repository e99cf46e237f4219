/** Kerberos cryptography (RFC 3961, 3962, 8009) on node:crypto. */
export { makeChecksum } from './checksum.js';
export { decrypt, decryptWith, encrypt, encryptWith } from './encryption.js';
export { EncryptionKey } from './encryption-key.js';
export {
  ChecksumType,
  DEFAULT_ETYPES,
  Etype,
  etypeInfo,
  etypeName,
  isSupportedEtype,
  parseEtypeList,
  unknownEtypeNames,
} from './etypes.js';
export { KeyUsage } from './key-usage.js';
export { combineKeys, countedBlocks, prf, prfPlus } from './prf.js';
export type { EtypeInfo, UsageKeys } from './profile.js';
export { randomKey } from './random-key.js';
export { MAX_ITERATIONS, stringToKey } from './string-to-key.js';
export { deriveKeys } from './usage-keys.js';
