/** The tag bytes of ASN.1 elements, and steps to read one element. */
import { Asn1Error } from './asn1-error.js';
import type { Input } from './asn1-type.js';
import { type ElementHeader, readHeader } from './scan.js';

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const GENERALIZED_TIME = 0x18;
export const GENERAL_STRING = 0x1b;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;
export const APPLICATION = 0x60;
export const CONTEXT = 0xa0;
export const MAX_TAG_NUMBER = 30;

/** Returns the tag byte of a constructed APPLICATION type. */
export function applicationTag(number: number): number {
  return APPLICATION + number;
}

/**
 * Makes the error for an element with another tag than `expected`; `found` is null at the end of
 * the bytes.
 */
export function mismatch(expected: number, found: number | null): Asn1Error {
  const seen = found === null ? 'the end' : `0x${found.toString(16)}`;
  return new Asn1Error(`expected tag 0x${expected.toString(16)}, found ${seen}`);
}

/** Returns the tag of the next element, or null at the end of the bytes. */
export function peekTag(input: Input): number | null {
  return input.bytes[input.offset] ?? null;
}

/** Reads the header of the next element. Throws Asn1Error if the element's tag is not `tag`. */
function headerOf(input: Input, tag: number): ElementHeader {
  const found = peekTag(input);
  if (found !== tag) {
    throw mismatch(tag, found);
  }
  return readHeader(input.bytes, input.offset, input.bytes.length);
}

/**
 * Returns the content of a primitive element, in the same memory. Throws Asn1Error if its tag is not
 * `tag`.
 */
export function readContent(input: Input, tag: number): Buffer {
  const { contentStart, contentEnd } = headerOf(input, tag);
  input.offset = contentEnd;
  const { buffer, byteOffset } = input.bytes;
  return Buffer.from(buffer, byteOffset + contentStart, contentEnd - contentStart);
}

/**
 * Enters a constructed element, and returns the offset of its end. Throws Asn1Error if its tag is
 * not `tag`.
 */
export function enter(input: Input, tag: number): number {
  const { contentStart, contentEnd } = headerOf(input, tag);
  input.offset = contentStart;
  return contentEnd;
}

/** Passes over the next element, whatever its tag is. */
export function skip(input: Input): void {
  input.offset = readHeader(input.bytes, input.offset, input.bytes.length).contentEnd;
}

/** Leaves a constructed element. Throws Asn1Error if the reader is not at its end. */
export function leave(input: Input, end: number): void {
  if (input.offset !== end) {
    throw new Asn1Error('an element holds more than its type allows');
  }
}
