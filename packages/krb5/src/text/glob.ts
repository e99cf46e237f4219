/** Patterns of file names, as fnmatch(3) reads them. */

/** Characters that mean something in a regular expression. */
const SPECIAL = /[\\^$.*+?()[\]{}|/-]/;
/** A bracket, with a `]` at its start as one of its characters. */
const BRACKET = /^\[([!^]?)(\]?[^\]]*)\]/;

/**
 * Tells whether the whole of `text` matches `pattern`: `*` is any text, `?` any character, `[a-z]` one
 * of a range, `[!a-z]` any other one, and a backslash takes the next character's meaning away
 * (fnmatch without flags).
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let expression = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const [bracket, not, content] = BRACKET.exec(pattern.slice(at)) ?? [];
    if (character === '*') {
      // One after the other would try every way to share the text between them.
      expression += expression.endsWith('.*') ? '' : '.*';
    } else if (character === '?') {
      expression += '.';
    } else if (bracket !== undefined && content !== undefined && content !== '') {
      expression += `[${not === '' ? '' : '^'}${content.replaceAll(/[\\\]^[]/g, '\\$&')}]`;
      at += bracket.length - 1;
    } else {
      const literal = character === '\\' ? pattern.charAt(++at) : character;
      expression += SPECIAL.test(literal) ? `\\${literal}` : literal;
    }
  }
  try {
    return new RegExp(`^${expression}$`, 's').test(text);
  } catch (error) {
    // A range that goes backwards, such as [z-a], matches nothing.
    if (error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}
