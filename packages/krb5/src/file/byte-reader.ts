/** Big-endian numbers and counted bytes, read in order from bytes that are not to be trusted. */

/** The bytes ended before what they announced. */
export class TruncatedError extends Error {
  override readonly name: string = 'TruncatedError';
}

/** Text that is not UTF-8. */
export class EncodingError extends Error {
  override readonly name: string = 'EncodingError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A place in bytes. Every method moves it on, and throws TruncatedError where too little is left. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes are left. */
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

  /** A copy, so that what is kept does not hold the whole. */
  bytes(length: number): Uint8Array {
    const offset = this.#advance(length);
    return new Uint8Array(this.#bytes.subarray(offset, offset + length));
  }

  /** UTF-8. Throws EncodingError for anything else. */
  text(length: number): string {
    const offset = this.#advance(length);
    try {
      return utf8.decode(this.#bytes.subarray(offset, offset + length));
    } catch (cause) {
      throw new EncodingError(`a name at offset ${offset} is not UTF-8`, { cause });
    }
  }

  /** A reader of the next `length` bytes alone. */
  part(length: number): ByteReader {
    const offset = this.#advance(length);
    return new ByteReader(this.#bytes.subarray(offset, offset + length));
  }
}
