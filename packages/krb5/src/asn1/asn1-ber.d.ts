/** Types for the part of asn1-ber that this package uses. asn1-ber ships none. */
declare module 'asn1-ber' {
  export class BerReader {
    constructor(data: Buffer);
    /** The length of the content after the header that was read last. */
    readonly length: number;
    readonly offset: number;
    peek(): number | null;
    readSequence(tag?: number): number | null;
    readInt(tag?: number): number | null;
    readString(tag: number, retbuf: true): Buffer | null;
  }

  export class BerWriter {
    constructor(options?: { size?: number; growthFactor?: number });
    readonly buffer: Buffer;
    startSequence(tag?: number): void;
    endSequence(): void;
    writeInt(value: number, tag?: number): void;
    writeString(value: string, tag?: number): void;
    writeBuffer(value: Buffer, tag?: number): void;
  }
}
