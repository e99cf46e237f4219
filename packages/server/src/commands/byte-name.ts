/** Names as matching compares them. */

/** Returns a name as a text of one character for each byte of its UTF-8. */
export function byteName(name: string): string {
  return Buffer.from(name).toString('latin1');
}
