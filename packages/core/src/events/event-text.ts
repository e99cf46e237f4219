/** Each event as one readable line. */
import type { RemctlChannels } from './messages.js';

/** Control characters, which would break a line or change a terminal, and those that turn text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Returns the text on one line: what servers and files say may hold anything. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** Says what a message of a channel tells. */
type Texts = { readonly [Name in keyof RemctlChannels]: (message: RemctlChannels[Name]) => string };

/** The lines of the plain channels. */
export const channelTexts: Texts = {
  'remctl:warning': ({ code, message }) => `warning: ${message} (${code})`,
};
