/** The error for bytes that are not the expected ASN.1 encoding. */

/**
 * The bytes are not the expected ASN.1 encoding. The message says what is wrong, and never shows
 * the bytes.
 */
export class Asn1Error extends Error {
  override readonly name: string = 'Asn1Error';
}
