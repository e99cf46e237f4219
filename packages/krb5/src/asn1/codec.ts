/**
 * ASN.1 types as pairs of an encoder and a decoder, put together the way RFC 4120's module puts its
 * types together. The bytes are written and read by asn1-ber; `scan` has bounded them before.
 */
import { BerReader, BerWriter } from 'asn1-ber';
import { trimEnd } from '../text/trim-end.js';
import { Asn1Error } from './asn1-error.js';
import { readHeader, type ScanLimits, scan } from './scan.js';

/** What the codecs need of asn1-ber's reader, which ships no types of its own. */
interface Reader {
  readonly length: number;
  readonly offset: number;
  peek(): number | null;
  readSequence(tag: number): number | null;
  readInt(tag: number): number | null;
  readString(tag: number, asBuffer: true): Buffer | null;
}

/** What the codecs need of asn1-ber's writer. */
interface Writer {
  startSequence(tag: number): void;
  endSequence(): void;
  writeInt(value: number): void;
  writeString(value: string, tag: number): void;
  writeBuffer(value: Buffer, tag?: number): void;
}

/** A cursor over scanned bytes. */
interface Input {
  readonly reader: Reader;
  readonly bytes: Uint8Array;
}

/** An ASN.1 type: its tag, how a value is written, and how one is read. */
export interface Codec<T> {
  readonly tag: number;
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (input: Input) => T;
}

/** The value type of a codec. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const GENERALIZED_TIME = 0x18;
const GENERAL_STRING = 0x1b;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;
const APPLICATION = 0x60;
const CONTEXT = 0xa0;
const MAX_TAG_NUMBER = 30;

/** A first guess that holds most messages without a second allocation. */
const WRITER_SIZE = 2048;

/** The DER encoding of `value`. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new BerWriter({ size: WRITER_SIZE });
  codec.write(writer, value);
  // Copied out, so that the message does not keep the writer's larger buffer alive.
  return new Uint8Array(writer.buffer);
}

/**
 * Decodes exactly one value from the whole of `bytes`. Throws Asn1Error. Takes at most 96 times the memory of
 * `bytes`: nothing is believed of their lengths that `scan` has not seen.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, limits?: ScanLimits): T {
  scan(bytes, limits);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return codec.read({ reader: new BerReader(buffer), bytes });
}

/** The tag byte of an APPLICATION type, constructed. */
export function applicationTag(number: number): number {
  return APPLICATION + number;
}

function mismatch(expected: number, found: number | null): Asn1Error {
  const seen = found === null ? 'the end' : `0x${found.toString(16)}`;
  return new Asn1Error(`expected tag 0x${expected.toString(16)}, found ${seen}`);
}

function readContent(input: Input, tag: number): Buffer {
  const found = input.reader.peek();
  if (found !== tag) {
    throw mismatch(tag, found);
  }
  const content = input.reader.readString(tag, true);
  if (content === null) {
    throw new Asn1Error('the encoding ends within an element');
  }
  return content;
}

/** Enters a constructed element and gives the offset at which it ends. */
function enter(input: Input, tag: number): number {
  const found = input.reader.peek();
  if (found !== tag) {
    throw mismatch(tag, found);
  }
  input.reader.readSequence(tag);
  return input.reader.offset + input.reader.length;
}

function leave(input: Input, end: number): void {
  if (input.reader.offset !== end) {
    throw new Asn1Error('an element holds more than its type allows');
  }
}

function integer(name: string, min: number, max: number): Codec<number> {
  return {
    tag: INTEGER,
    write: (writer, value) => {
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new RangeError(`${name} must be an integer from ${min} to ${max}`);
      }
      writer.writeInt(value);
    },
    read: (input) => {
      const found = input.reader.peek();
      if (found !== INTEGER) {
        throw mismatch(INTEGER, found);
      }
      const header = readHeader(input.bytes, input.reader.offset, input.bytes.length);
      // Five octets hold every value of 32 bits, signed or not.
      if (
        header.contentEnd === header.contentStart ||
        header.contentEnd - header.contentStart > 5
      ) {
        throw new Asn1Error(`an ${name} of a size that it cannot have`);
      }
      const value = input.reader.readInt(INTEGER);
      if (value === null || value < min || value > max) {
        throw new Asn1Error(`an ${name} outside ${min} to ${max}`);
      }
      return value;
    },
  };
}

/** Int32 (RFC 4120, section 5.2.4). */
export const int32 = integer('Int32', -(2 ** 31), 2 ** 31 - 1);

const unsigned32 = integer('UInt32', -(2 ** 31), 2 ** 32 - 1);
/**
 * UInt32 (RFC 4120, section 5.2.4). Old implementations send values of 2^31 and more as negative
 * numbers; those are read as what was meant.
 */
export const uint32: Codec<number> = {
  tag: INTEGER,
  write: (writer, value) => unsigned32.write(writer, value < 0 ? Number.NaN : value),
  read: (input) => unsigned32.read(input) >>> 0,
};

/** Microseconds (RFC 4120, section 5.2.4). */
export const microseconds = integer('Microseconds', 0, 999_999);

/** OCTET STRING. What is read is a copy. */
export const octetString: Codec<Uint8Array> = {
  tag: OCTET_STRING,
  write: (writer, value) => writer.writeBuffer(asBuffer(value), OCTET_STRING),
  read: (input) => new Uint8Array(readContent(input, OCTET_STRING)),
};

/** OBJECT IDENTIFIER, as its content octets. */
export const objectIdentifier: Codec<Uint8Array> = {
  tag: OBJECT_IDENTIFIER,
  write: (writer, value) => writer.writeBuffer(asBuffer(value), OBJECT_IDENTIFIER),
  read: (input) => new Uint8Array(readContent(input, OBJECT_IDENTIFIER)),
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * KerberosString (RFC 4120, section 5.2.1): a GeneralString. As every implementation does, text
 * beyond ASCII goes as UTF-8; a NUL, which would end a name early in others, is refused.
 */
export const kerberosString: Codec<string> = {
  tag: GENERAL_STRING,
  write: (writer, value) => {
    if (value.includes('\0')) {
      throw new RangeError('a Kerberos string must not hold a NUL');
    }
    writer.writeString(value, GENERAL_STRING);
  },
  read: (input) => {
    const content = readContent(input, GENERAL_STRING);
    if (content.includes(0)) {
      throw new Asn1Error('a KerberosString with a NUL');
    }
    try {
      return utf8.decode(content);
    } catch (cause) {
      throw new Asn1Error('a KerberosString that is not UTF-8', { cause });
    }
  },
};

const TIME_TEXT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the first and last second that GeneralizedTime can name. */
const MIN_TIME = -62_167_219_200;
const MAX_TIME = 253_402_300_799;

const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A KerberosString meant for people, such as e-text: whatever is no printable text in it is replaced,
 * because some KDCs end it with a NUL or use another character set.
 */
export const kerberosText: Codec<string> = {
  tag: GENERAL_STRING,
  write: kerberosString.write,
  read: (input) =>
    trimEnd(lenientUtf8.decode(readContent(input, GENERAL_STRING)), '\0').replaceAll(
      /\p{Cc}/gu,
      '\ufffd',
    ),
};

function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

/** KerberosTime (RFC 4120, section 5.2.3), as whole seconds since 1970-01-01T00:00:00Z, below 0 before. */
export const kerberosTime: Codec<number> = {
  tag: GENERALIZED_TIME,
  write: (writer, value) => {
    if (!Number.isInteger(value) || value < MIN_TIME || value > MAX_TIME) {
      throw new RangeError(`a KerberosTime must be whole seconds from ${MIN_TIME} to ${MAX_TIME}`);
    }
    writer.writeString(timeText(value), GENERALIZED_TIME);
  },
  read: (input) => {
    const text = readContent(input, GENERALIZED_TIME).toString('latin1');
    const milliseconds = TIME_TEXT.test(text)
      ? Date.parse(text.replace(TIME_TEXT, '$1-$2-$3T$4:$5:$6Z'))
      : Number.NaN;
    // Date.parse takes 30 February for 1 or 2 March.
    if (Number.isNaN(milliseconds) || timeText(milliseconds / 1000) !== text) {
      throw new Asn1Error('a KerberosTime that is not a moment as YYYYMMDDHHMMSSZ');
    }
    return milliseconds / 1000;
  },
};

const FLAG_OCTETS = 4;

/**
 * KerberosFlags (RFC 4120, section 5.2.8) of 32 bits, as an unsigned number whose most significant bit
 * is bit 0 of the RFC. Bits beyond the 32nd, which no type defines, are left away.
 */
export const kerberosFlags: Codec<number> = {
  tag: BIT_STRING,
  write: (writer, value) => {
    const content = Buffer.alloc(1 + FLAG_OCTETS);
    content.writeUInt32BE(value, 1);
    writer.writeBuffer(content, BIT_STRING);
  },
  read: (input) => {
    const content = readContent(input, BIT_STRING);
    const unused = content[0];
    if (unused === undefined || unused > 7 || (unused > 0 && content.length === 1)) {
      throw new Asn1Error('a BIT STRING with a wrong count of unused bits');
    }
    const octets = Buffer.alloc(FLAG_OCTETS);
    content.copy(octets, 0, 1, 1 + FLAG_OCTETS);
    return octets.readUInt32BE(0);
  },
};

/** SEQUENCE OF, bounded by the scan's count of elements. */
export function sequenceOf<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    tag: SEQUENCE,
    write: (writer, values) => {
      writer.startSequence(SEQUENCE);
      for (const value of values) {
        element.write(writer, value);
      }
      writer.endSequence();
    },
    read: (input) => {
      const end = enter(input, SEQUENCE);
      const values: T[] = [];
      while (input.reader.offset < end) {
        values.push(element.read(input));
      }
      leave(input, end);
      return values;
    },
  };
}

/** An element of a SEQUENCE, under an explicit context tag. */
export interface Field<T, Optional extends boolean> {
  readonly number: number;
  readonly codec: Codec<T>;
  readonly optional: Optional;
}

/** `[number] EXPLICIT codec`. */
export function required<T>(number: number, codec: Codec<T>): Field<T, false> {
  return { number, codec, optional: false };
}

/** `[number] EXPLICIT codec OPTIONAL`. */
export function optional<T>(number: number, codec: Codec<T>): Field<T, true> {
  return { number, codec, optional: true };
}

// biome-ignore lint/suspicious/noExplicitAny: a field of any type; the mapped types below recover it.
type Fields = Readonly<Record<string, Field<any, boolean>>>;
type Flat<T> = { readonly [K in keyof T]: T[K] };
/** The object type of a SEQUENCE: optional fields may be absent, never undefined. */
export type SequenceValue<F extends Fields> = Flat<
  {
    readonly [K in keyof F as F[K]['optional'] extends true ? never : K]: ValueOf<F[K]['codec']>;
  } & {
    readonly [K in keyof F as F[K]['optional'] extends true ? K : never]?: ValueOf<F[K]['codec']>;
  }
>;

/**
 * SEQUENCE with explicitly tagged elements, in order. An element with a context tag that the type does
 * not name is passed over (RFC 4120, section 1.5.1: types may be extended).
 */
export function sequence<F extends Fields>(fields: F): Codec<SequenceValue<F>> {
  const entries = Object.entries(fields);
  return {
    tag: SEQUENCE,
    write: (writer, value) => {
      const values: Readonly<Record<string, unknown>> = value;
      writer.startSequence(SEQUENCE);
      for (const [name, field] of entries) {
        const member = values[name];
        if (member === undefined) {
          if (!field.optional) {
            throw new TypeError(`${name} is missing`);
          }
          continue;
        }
        writer.startSequence(CONTEXT + field.number);
        field.codec.write(writer, member);
        writer.endSequence();
      }
      writer.endSequence();
    },
    read: (input) => {
      const end = enter(input, SEQUENCE);
      const value: Record<string, unknown> = {};
      let next = 0;
      while (input.reader.offset < end) {
        const tag = input.reader.peek();
        if (tag === null || tag < CONTEXT || tag > CONTEXT + MAX_TAG_NUMBER) {
          throw mismatch(CONTEXT, tag);
        }
        const number = tag - CONTEXT;
        for (;;) {
          const entry = entries[next];
          if (entry === undefined || entry[1].number >= number) {
            break;
          }
          if (!entry[1].optional) {
            throw new Asn1Error(`${entry[0]} is missing`);
          }
          next += 1;
        }
        const entry = entries[next];
        const elementEnd = enter(input, tag);
        if (entry === undefined || entry[1].number !== number) {
          skipTo(input, elementEnd);
          continue;
        }
        value[entry[0]] = entry[1].codec.read(input);
        leave(input, elementEnd);
        next += 1;
      }
      leave(input, end);
      for (const [name, field] of entries.slice(next)) {
        if (!field.optional) {
          throw new Asn1Error(`${name} is missing`);
        }
      }
      return value as SequenceValue<F>;
    },
  };
}

function skipTo(input: Input, end: number): void {
  while (input.reader.offset < end) {
    const tag = input.reader.peek();
    if (tag === null || input.reader.readString(tag, true) === null) {
      throw new Asn1Error('the encoding ends within an element');
    }
  }
}

/** `[APPLICATION number] EXPLICIT codec`. */
export function application<T>(number: number, codec: Codec<T>): Codec<T> {
  const tag = applicationTag(number);
  return {
    tag,
    write: (writer, value) => {
      writer.startSequence(tag);
      codec.write(writer, value);
      writer.endSequence();
    },
    read: (input) => {
      const end = enter(input, tag);
      const value = codec.read(input);
      leave(input, end);
      return value;
    },
  };
}

/** An encoding kept as it came, tag and length included; checked for `codec`'s tag. */
export function encoded(tag: number): Codec<Uint8Array> {
  return {
    tag,
    write: (writer, value) => {
      if (value[0] !== tag) {
        throw new TypeError(`an encoding with tag 0x${tag.toString(16)} is needed`);
      }
      writer.writeBuffer(asBuffer(value));
    },
    read: (input) => {
      const start = input.reader.offset;
      const content = readContent(input, tag);
      const end = input.reader.offset;
      if (end - start < content.length) {
        throw new Asn1Error('the encoding ends within an element');
      }
      return input.bytes.slice(start, end);
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
