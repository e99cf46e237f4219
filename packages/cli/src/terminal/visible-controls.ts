/** Makes control characters in messages visible, so that they command no terminal. */
import { isUtf8 } from 'node:buffer';

/**
 * Control characters except line feed and tab, and the characters that reorder text or end a line
 * in another way. Someone else may have chosen the message, and must not command the terminal.
 */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const HIGHEST_OF_TWO_DIGITS = 0xff;

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const digits = code.toString(16);
  return code > HIGHEST_OF_TWO_DIGITS
    ? `\\u${digits.padStart(4, '0')}`
    : `\\x${digits.padStart(2, '0')}`;
}

/** Returns the text with each control character as `\x1b` or `\u202e`. Line feeds and tabs stay. */
export function visible(text: string): string {
  return text.replace(CONTROLS, escaped);
}

/**
 * Does the same as `visible` for bytes. If they are not UTF-8, each byte counts as one character of
 * Latin-1, and every byte that is no control character stays.
 */
export function visibleBytes(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes)
    ? Buffer.from(visible(Buffer.from(bytes).toString('utf8')))
    : Buffer.from(visible(Buffer.from(bytes).toString('latin1')), 'latin1');
}
