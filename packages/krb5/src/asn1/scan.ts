/**
 * Checks the structure of an ASN.1 encoding before it is decoded. The reader then meets only bytes
 * whose lengths, nesting and number of elements are sound.
 */
import { Asn1Error } from './asn1-error.js';

/** The bounds of an encoding. */
export interface ScanLimits {
  /** The bytes of the whole encoding. */
  readonly maxLength: number;
  /** The constructed elements around the innermost one. Kerberos's deepest message needs 9. */
  readonly maxDepth: number;
  /** The constructed and primitive elements in the whole encoding. */
  readonly maxElements: number;
}

/**
 * Bounds many times above any message of RFC 4120. A KDC's answer over UDP or TCP is bounded
 * before.
 */
export const DEFAULT_LIMITS: ScanLimits = {
  maxLength: 1024 * 1024,
  maxDepth: 24,
  maxElements: 8192,
};

const CONSTRUCTED = 0x20;
const HIGH_TAG_NUMBER = 0x1f;
const LONG_FORM = 0x80;
/** The tag of the end of an indefinite length: no element of DER has it. */
const END_OF_CONTENTS = 0;
/** Four length octets can name 4 GiB, far beyond any limit here. */
const MAX_LENGTH_OCTETS = 4;

/** The header of one element. */
export interface ElementHeader {
  readonly tag: number;
  /** The offset of the content's first byte. */
  readonly contentStart: number;
  /** The offset after the content's last byte: the next element starts there. */
  readonly contentEnd: number;
}

/**
 * Reads the header of the element at `offset`: a one-byte tag and a definite length. Throws
 * Asn1Error if the header has another form, or if the element ends after `limit`. A length may have
 * more octets than it needs, as in MIT Kerberos.
 */
export function readHeader(bytes: Uint8Array, offset: number, limit: number): ElementHeader {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || offset + 2 > limit) {
    throw new Asn1Error('the encoding ends within a header');
  }
  if ((tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER) {
    throw new Asn1Error('a tag number above 30, which Kerberos does not use');
  }
  if (tag === END_OF_CONTENTS) {
    throw new Asn1Error('a tag of 0, which ends an indefinite length, which DER forbids');
  }
  let contentStart = offset + 2;
  let length = first;
  if (first >= LONG_FORM) {
    const octets = first - LONG_FORM;
    if (octets === 0) {
      throw new Asn1Error('an indefinite length, which DER forbids');
    }
    if (octets > MAX_LENGTH_OCTETS || contentStart + octets > limit) {
      throw new Asn1Error('a length that does not fit');
    }
    length = 0;
    for (let i = 0; i < octets; i++) {
      length = length * 256 + (bytes[contentStart + i] ?? 0);
    }
    contentStart += octets;
  }
  const contentEnd = contentStart + length;
  if (contentEnd > limit) {
    throw new Asn1Error('an element is longer than what holds it');
  }
  return { tag, contentStart, contentEnd };
}

/**
 * Throws Asn1Error if `bytes` are not exactly one element of sound structure within `limits`. Takes
 * memory for `maxDepth` numbers alone.
 */
export function scan(bytes: Uint8Array, limits: ScanLimits = DEFAULT_LIMITS): void {
  if (bytes.length > limits.maxLength) {
    throw new Asn1Error(`${bytes.length} bytes, more than the ${limits.maxLength} allowed`);
  }
  const openEnds: number[] = [];
  let offset = 0;
  let limit = bytes.length;
  let elements = 0;
  do {
    elements += 1;
    if (elements > limits.maxElements) {
      throw new Asn1Error(`more than ${limits.maxElements} elements`);
    }
    const header = readHeader(bytes, offset, limit);
    if ((header.tag & CONSTRUCTED) === 0) {
      offset = header.contentEnd;
    } else {
      if (openEnds.length >= limits.maxDepth) {
        throw new Asn1Error(`nested deeper than ${limits.maxDepth}`);
      }
      openEnds.push(limit);
      limit = header.contentEnd;
      offset = header.contentStart;
    }
    while (offset === limit) {
      const outer = openEnds.pop();
      if (outer === undefined) {
        return;
      }
      limit = outer;
    }
  } while (openEnds.length > 0);
  throw new Asn1Error('bytes follow the encoding');
}
