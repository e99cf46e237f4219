/** Target: the shell patterns of .k5identity. The first line is the pattern, the rest the text. */
import { requireThat } from '../findings.js';
import { fnmatch } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const [pattern = '', text = ''] = data.toString('latin1').split('\n', 2);
  const matches = fnmatch(pattern, text);
  const literal = text.replaceAll(/[\\*?[]/g, '\\$&');
  requireThat('a text matches itself with backslashes', fnmatch(literal, text));
  requireThat(
    'a star before a pattern takes no match away',
    !matches || fnmatch(`*${pattern}`, text),
  );
}
