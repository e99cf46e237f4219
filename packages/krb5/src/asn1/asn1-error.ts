/** Bytes that are not the ASN.1 encoding that was expected. The message says where; never what bytes. */
export class Asn1Error extends Error {
  override readonly name: string = 'Asn1Error';
}
