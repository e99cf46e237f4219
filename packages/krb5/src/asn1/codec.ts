/**
 * Encodes and decodes DER: a codec is one ASN.1 type. Codecs are composed as RFC 4120's ASN.1
 * module composes its types; `primitive-types.ts` and `constructed-types.ts` hold the parts.
 * asn1-ber writes and reads the bytes, after `scan` has bounded them.
 */
import { BerReader, BerWriter } from 'asn1-ber';
import { asBuffer } from './element.js';
import { type ScanLimits, scan } from './scan.js';

/** The part of asn1-ber's reader that codecs use; asn1-ber ships no types. */
interface Reader {
  readonly length: number;
  readonly offset: number;
  peek(): number | null;
  readSequence(tag: number): number | null;
  readInt(tag: number): number | null;
  readString(tag: number, asBuffer: true): Buffer | null;
}

/** The part of asn1-ber's writer that codecs use. */
export interface Writer {
  startSequence(tag: number): void;
  endSequence(): void;
  writeInt(value: number): void;
  writeString(value: string, tag: number): void;
  writeBuffer(value: Buffer, tag?: number): void;
}

/** Scanned bytes, and the place that the reader has come to. */
export interface Input {
  readonly reader: Reader;
  readonly bytes: Uint8Array;
}

/** An ASN.1 type: its tag, its encoder and its decoder. */
export interface Codec<T> {
  readonly tag: number;
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (input: Input) => T;
}

/** The value type of a codec. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** The writer's first size, in bytes: most messages fit without a second allocation. */
const WRITER_SIZE = 2048;

/**
 * Returns the DER encoding of `value`. Throws RangeError or TypeError if the type does not allow
 * the value.
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new BerWriter({ size: WRITER_SIZE });
  codec.write(writer, value);
  // A copy, so that the message does not keep the writer's larger buffer alive.
  return new Uint8Array(writer.buffer);
}

/**
 * Decodes one value from the whole of `bytes`. Throws Asn1Error if `bytes` are not exactly one
 * encoding of the type, or exceed `limits`. Takes at most 96 times the memory of `bytes`, because
 * `scan` has checked every length in them.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, limits?: ScanLimits): T {
  scan(bytes, limits);
  return codec.read({ reader: new BerReader(asBuffer(bytes)), bytes });
}
