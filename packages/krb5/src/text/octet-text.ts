/** Names as text, also names whose octets are not UTF-8. */
import { isUtf8 } from 'node:buffer';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The octet 0x80 that belongs to no UTF-8 character becomes U+DC80, which no UTF-8 stands for. */
const LONE_SURROGATE = 0xdc00;
const LONE_SURROGATES = /[\udc80-\udcff]/;
const OCTET_MASK = 0xff;
const MAX_ASCII = 0x7f;
/** The most octets of one character. */
const MAX_CHARACTER = 4;

/**
 * Returns `octets` as text. They are UTF-8, but a site with an older character set may have names
 * that are not: each octet that does not belong to a character becomes a lone surrogate from U+DC80
 * to U+DCFF. So different octets are different texts, and `octetsOf` gives the same octets back.
 */
export function textOf(octets: Uint8Array): string {
  return decoded(octets) ?? withLoneSurrogates(octets);
}

/** Returns the octets of a text of `textOf`; UTF-8 for every other text. */
export function octetsOf(text: string): Buffer {
  if (!LONE_SURROGATES.test(text) || text.isWellFormed()) {
    return Buffer.from(text);
  }
  return Buffer.concat(
    // A string is iterated by characters: a pair of surrogates stays together.
    Array.from(text, (character) => {
      const code = character.charCodeAt(0);
      return character.length === 1 && LONE_SURROGATES.test(character)
        ? Buffer.of(code & OCTET_MASK)
        : Buffer.from(character);
    }),
  );
}

function decoded(octets: Uint8Array): string | undefined {
  return isUtf8(octets) ? utf8.decode(octets) : undefined;
}

function withLoneSurrogates(octets: Uint8Array): string {
  const parts: string[] = [];
  let at = 0;
  while (at < octets.length) {
    const octet = octets[at] ?? 0;
    const character = octet <= MAX_ASCII ? String.fromCharCode(octet) : characterAt(octets, at);
    parts.push(character ?? String.fromCharCode(LONE_SURROGATE + octet));
    at += character === undefined ? 1 : Buffer.byteLength(character);
  }
  return parts.join('');
}

/** Returns the one character beyond ASCII that begins at `at`; undefined if none does. */
function characterAt(octets: Uint8Array, at: number): string | undefined {
  for (let length = 2; length <= MAX_CHARACTER && at + length <= octets.length; length++) {
    const text = decoded(octets.subarray(at, at + length));
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}
