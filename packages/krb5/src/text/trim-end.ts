/** Takes characters off the end of a text. */

/**
 * Returns `text` without the characters of `set` at its end. A regular expression that ends in `$`
 * would start again at each character of a long row of them, and take time by the square of the
 * row's length.
 */
export function trimEnd(text: string, set: string): string {
  let end = text.length;
  while (end > 0 && set.includes(text.charAt(end - 1))) {
    end -= 1;
  }
  return text.slice(0, end);
}
