/** The primitive ASN.1 types of RFC 4120: numbers, strings, times and flags. */
import { octetsOf, textOf } from '../text/octet-text.js';
import { trimEnd } from '../text/trim-end.js';
import { Asn1Error } from './asn1-error.js';
import type { Codec } from './asn1-type.js';
import {
  BIT_STRING,
  GENERAL_STRING,
  GENERALIZED_TIME,
  INTEGER,
  OCTET_STRING,
  readContent,
} from './element.js';
import { prependElement } from './writer.js';

/** Five octets hold every value of 32 bits, signed or not. */
const MAX_INTEGER_OCTETS = 5;

/** Returns two's complement in as few octets as hold `value`. */
function integerContent(value: number): Uint8Array {
  const octets = [value & 0xff];
  let rest = value;
  while (rest < -0x80 || rest > 0x7f) {
    rest = Math.floor(rest / 256);
    octets.unshift(rest & 0xff);
  }
  return Uint8Array.from(octets);
}

function integer(name: string, min: number, max: number): Codec<number> {
  return {
    tag: INTEGER,
    write: (writer, value) => {
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new RangeError(`${name} must be an integer from ${min} to ${max}`);
      }
      prependElement(writer, INTEGER, integerContent(value));
    },
    read: (input) => {
      const content = readContent(input, INTEGER);
      if (content.length === 0 || content.length > MAX_INTEGER_OCTETS) {
        throw new Asn1Error(`an ${name} of a size that it cannot have`);
      }
      const value = content.readIntBE(0, content.length);
      if (value < min || value > max) {
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
 * UInt32 (RFC 4120, section 5.2.4). Old implementations send values from 2^31 as negative numbers;
 * the decoder reads the values that they mean.
 */
export const uint32: Codec<number> = {
  tag: INTEGER,
  write: (writer, value) => unsigned32.write(writer, value < 0 ? Number.NaN : value),
  read: (input) => unsigned32.read(input) >>> 0,
};

/** Microseconds (RFC 4120, section 5.2.4). */
export const microseconds = integer('Microseconds', 0, 999_999);

/** OCTET STRING. The decoder copies the octets. */
export const octetString: Codec<Uint8Array> = {
  tag: OCTET_STRING,
  write: (writer, value) => prependElement(writer, OCTET_STRING, value),
  read: (input) => new Uint8Array(readContent(input, OCTET_STRING)),
};

/**
 * KerberosString (RFC 4120, section 5.2.1): a GeneralString. Text beyond ASCII is UTF-8, as in
 * every implementation; other octets become what `textOf` makes of them. A NUL is refused, because
 * it would end the name early in other implementations.
 */
export const kerberosString: Codec<string> = {
  tag: GENERAL_STRING,
  write: (writer, value) => {
    if (value.includes('\0')) {
      throw new RangeError('a Kerberos string must not hold a NUL');
    }
    prependElement(writer, GENERAL_STRING, octetsOf(value));
  },
  read: (input) => {
    const content = readContent(input, GENERAL_STRING);
    if (content.includes(0)) {
      throw new Asn1Error('a KerberosString with a NUL');
    }
    return textOf(content);
  },
};

const TIME_TEXT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
/** The first and last second of GeneralizedTime: 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const MIN_TIME = -62_167_219_200;
const MAX_TIME = 253_402_300_799;

const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A KerberosString for people, such as e-text. The decoder drops NULs at the end and replaces
 * control characters and wrong UTF-8, because some KDCs end the text with a NUL or use another
 * character set.
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

/**
 * KerberosTime (RFC 4120, section 5.2.3), in whole seconds since 1970-01-01T00:00:00Z; negative
 * before.
 */
export const kerberosTime: Codec<number> = {
  tag: GENERALIZED_TIME,
  write: (writer, value) => {
    if (!Number.isInteger(value) || value < MIN_TIME || value > MAX_TIME) {
      throw new RangeError(`a KerberosTime must be whole seconds from ${MIN_TIME} to ${MAX_TIME}`);
    }
    prependElement(writer, GENERALIZED_TIME, Buffer.from(timeText(value)));
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
 * KerberosFlags (RFC 4120, section 5.2.8) of 32 bits, as an unsigned number. Its most significant
 * bit is the RFC's bit 0. The decoder drops bits after the 32nd, because no type defines them.
 */
export const kerberosFlags: Codec<number> = {
  tag: BIT_STRING,
  write: (writer, value) => {
    const content = Buffer.alloc(1 + FLAG_OCTETS);
    content.writeUInt32BE(value, 1);
    prependElement(writer, BIT_STRING, content);
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
