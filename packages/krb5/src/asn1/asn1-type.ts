/** The interface of an ASN.1 type: how values are written and read. */

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
