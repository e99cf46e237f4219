/** Text for one line of a log. */

/**
 * Control and format characters, line and paragraph separators, and what is no character at all: they could
 * forge a line or steer a terminal. A tab stays, as in remctld's log.
 */
const UNPRINTABLE = /[^\P{C}\t]|[\u2028\u2029\ufffd]/gu;

/**
 * Returns `text` with a period for each character that a line of a log must not hold. Unlike remctld on most
 * systems, it keeps printable characters that are not ASCII.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '.');
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Returns bytes as printable text: UTF-8, with periods for what is not UTF-8. */
export function printableBytes(bytes: Uint8Array): string {
  return printable(utf8.decode(bytes));
}
