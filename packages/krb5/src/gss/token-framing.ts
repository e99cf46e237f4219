/**
 * The frame of a context token (RFC 2743, section 3.1; RFC 4121, section 4.1). It holds the
 * mechanism's OID, a two-octet token identifier, and the Kerberos message.
 */
import { Asn1Error } from '../asn1/asn1-error.js';
import { OBJECT_IDENTIFIER } from '../asn1/element.js';
import { readHeader } from '../asn1/scan.js';

/** 1.2.840.113554.1.2.2, the Kerberos 5 mechanism, as content octets (RFC 1964, section 1). */
export const KRB5_MECHANISM = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02);

/** Token identifiers (RFC 4121, section 4.1). */
export const TokenId = {
  KRB_AP_REQ: 0x0100,
  KRB_AP_REP: 0x0200,
  KRB_ERROR: 0x0300,
} as const;

const INITIAL_TOKEN = 0x60;
const TOKEN_ID_OCTETS = 2;

function lengthOctets(length: number): number[] {
  if (length < 0x80) {
    return [length];
  }
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    octets.unshift(rest & 0xff);
  }
  return [0x80 + octets.length, ...octets];
}

/** Makes a context token that holds a Kerberos message; `tokenId` is a `TokenId`. */
export function frameToken(tokenId: number, message: Uint8Array): Uint8Array {
  const inner = 2 + KRB5_MECHANISM.length + TOKEN_ID_OCTETS + message.length;
  const header = Uint8Array.of(
    INITIAL_TOKEN,
    ...lengthOctets(inner),
    OBJECT_IDENTIFIER,
    KRB5_MECHANISM.length,
    ...KRB5_MECHANISM,
    tokenId >> 8,
    tokenId & 0xff,
  );
  const token = new Uint8Array(header.length + message.length);
  token.set(header);
  token.set(message, header.length);
  return token;
}

/**
 * Returns the token identifier and the message of a context token. Throws Asn1Error if the token is
 * not whole or belongs to another mechanism than Kerberos. The message shares the token's memory.
 */
export function unframeToken(token: Uint8Array): { tokenId: number; message: Uint8Array } {
  const outer = readHeader(token, 0, token.length);
  if (outer.tag !== INITIAL_TOKEN || outer.contentEnd !== token.length) {
    throw new Asn1Error('no GSS-API context token');
  }
  const oid = readHeader(token, outer.contentStart, token.length);
  if (
    oid.tag !== OBJECT_IDENTIFIER ||
    Buffer.compare(token.subarray(oid.contentStart, oid.contentEnd), KRB5_MECHANISM) !== 0
  ) {
    throw new Asn1Error('a context token of another mechanism than Kerberos 5');
  }
  const high = token[oid.contentEnd];
  const low = token[oid.contentEnd + 1];
  if (high === undefined || low === undefined) {
    throw new Asn1Error('a context token without an identifier');
  }
  return {
    tokenId: high * 256 + low,
    message: token.subarray(oid.contentEnd + TOKEN_ID_OCTETS),
  };
}
