/**
 * Encodes and decodes DER: a codec is one ASN.1 type. Codecs are composed as RFC 4120's ASN.1
 * module composes its types; `primitive-types.ts` and `constructed-types.ts` hold the parts.
 * A decoder meets the bytes after `scan` has bounded them.
 */
import type { Codec } from './asn1-type.js';
import { type ScanLimits, scan } from './scan.js';
import { createWriter, written } from './writer.js';

export type { Codec, Input, ValueOf } from './asn1-type.js';

/** The writer's first size, in bytes: most messages fit without a second allocation. */
const WRITER_SIZE = 2048;

/**
 * Returns the DER encoding of `value`. Throws RangeError or TypeError if the type does not allow
 * the value.
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = createWriter(WRITER_SIZE);
  codec.write(writer, value);
  return written(writer);
}

/**
 * Decodes one value from the whole of `bytes`. Throws Asn1Error if `bytes` are not exactly one
 * encoding of the type, or exceed `limits`. Takes at most 96 times the memory of `bytes`, because
 * `scan` has checked every length in them.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, limits?: ScanLimits): T {
  scan(bytes, limits);
  return codec.read({ bytes, offset: 0 });
}
