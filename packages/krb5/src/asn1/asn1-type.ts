/** The interface of an ASN.1 type: how values are written and read. */
import type { Writer } from './writer.js';

/** Scanned bytes, and the place that their reader has come to. */
export interface Input {
  readonly bytes: Uint8Array;
  offset: number;
}

/** An ASN.1 type: its tag, its encoder and its decoder. */
export interface Codec<T> {
  readonly tag: number;
  /** Puts the element before what `writer` holds already. */
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (input: Input) => T;
}

/** The value type of a codec. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;
