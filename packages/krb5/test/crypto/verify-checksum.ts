/** Checks checksums as message tokens do, with keys derived for one call. */
import { verifyChecksumWith } from '../../src/crypto/checksum.js';
import { deriveKeys, type EncryptionKey } from '../../src/crypto/index.js';

/** Throws as `verifyChecksumWith` and `deriveKeys` do. */
export function verifyChecksum(
  key: EncryptionKey,
  usage: number,
  data: Uint8Array,
  checksum: Uint8Array,
): void {
  verifyChecksumWith(deriveKeys(key, usage), [data], checksum);
}
