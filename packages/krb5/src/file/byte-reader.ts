/** Reads big-endian numbers and counted bytes from untrusted bytes, in order. */
import { textOf } from '../text/octet-text.js';

/** The bytes end before a value that they announce. */
export class TruncatedError extends Error {
  override readonly name: string = 'TruncatedError';
}

/**
 * Reads bytes from the start. Every method goes on past its value. Throws TruncatedError if too few
 * bytes are left.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The number of bytes that are left. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  #advance(length: number): number {
    if (length > this.remaining) {
      throw new TruncatedError(
        `${length} bytes announced at offset ${this.#offset}, ${this.remaining} there`,
      );
    }
    const offset = this.#offset;
    this.#offset += length;
    return offset;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#advance(2));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  /** Returns a copy of the next `length` bytes, which does not keep the whole file in memory. */
  bytes(length: number): Uint8Array {
    const offset = this.#advance(length);
    return new Uint8Array(this.#bytes.subarray(offset, offset + length));
  }

  /** Returns the next `length` bytes as text (`textOf`). */
  text(length: number): string {
    const offset = this.#advance(length);
    return textOf(this.#bytes.subarray(offset, offset + length));
  }

  /** Returns a reader of the next `length` bytes alone. */
  part(length: number): ByteReader {
    const offset = this.#advance(length);
    return new ByteReader(this.#bytes.subarray(offset, offset + length));
  }
}
