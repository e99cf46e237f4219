/** Matches texts against shell patterns, as fnmatch(3) does. */

/** One place of a pattern: what a character there must be, or any number of any characters. */
type Place = ((character: string) => boolean) | 'any number';

/** The character classes of POSIX in the C locale. */
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /[A-Za-z]/],
  ['digit', /\d/],
  ['alnum', /[A-Za-z\d]/],
  ['upper', /[A-Z]/],
  ['lower', /[a-z]/],
  ['xdigit', /[A-Fa-f\d]/],
  ['space', /[ \t-\r]/],
  ['blank', /[ \t]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['print', /[ -~]/],
  ['graph', /[!-~]/],
  ['cntrl', /[^ -~\x80-\xff]/],
]);

const NEVER = () => false;

/** What stands between `[` and `]`, and the offset behind the `]`; no offset if there is no `]`. */
interface Bracket {
  readonly matches: (character: string) => boolean;
  readonly end: number | undefined;
}

/** Reads one end of a range at `at`: the character, and the offset behind it. */
function rangeEnd(pattern: string, at: number): readonly [character: string, end: number] {
  const collating = /^\[\.(.)\.\]/s.exec(pattern.slice(at, at + 5));
  if (collating !== null) {
    return [collating[1] ?? '', at + 5];
  }
  return pattern.charAt(at) === '\\'
    ? [pattern.charAt(at + 1), at + 2]
    : [pattern.charAt(at), at + 1];
}

/** Reads the bracket expression whose `[` stands before `start`; undefined if a class is unknown. */
function readBracket(pattern: string, start: number): Bracket | undefined {
  const isNegated = /[!^]/.test(pattern.charAt(start));
  const members: ((character: string) => boolean)[] = [];
  const isMember = (character: string) => members.some((member) => member(character));
  const first = isNegated ? start + 1 : start;
  let at = first;
  while (at < pattern.length) {
    if (pattern.charAt(at) === ']' && at > first) {
      return { matches: (character) => isMember(character) !== isNegated, end: at + 1 };
    }
    const named = /^\[(?::([a-z]*):|=(.)=)\]/s.exec(pattern.slice(at, at + 20));
    if (named !== null) {
      const [whole, className, same] = named;
      const characters = className === undefined ? undefined : CLASSES.get(className);
      if (className !== undefined && characters === undefined) {
        return undefined;
      }
      members.push((character) => characters?.test(character) ?? character === same);
      at += whole.length;
      continue;
    }
    const [low, behind] = rangeEnd(pattern, at);
    const next = pattern.charAt(behind + 1);
    if (pattern.charAt(behind) === '-' && next !== ']' && next !== '') {
      const [high, end] = rangeEnd(pattern, behind + 1);
      members.push((character) => low <= character && character <= high);
      at = end;
    } else {
      members.push((character) => character === low);
      at = behind;
    }
  }
  return { matches: isMember, end: undefined };
}

/** Splits a pattern into its places; undefined if nothing matches it. */
function places(pattern: string): Place[] | undefined {
  const found: Place[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '*') {
      if (found.at(-1) !== 'any number') {
        found.push('any number');
      }
    } else if (character === '?') {
      found.push(() => true);
    } else if (character === '\\') {
      at += 1;
      if (at === pattern.length) {
        return undefined;
      }
      const escaped = pattern.charAt(at);
      found.push((each) => each === escaped);
    } else if (character === '[') {
      const bracket = readBracket(pattern, at + 1);
      if (bracket === undefined) {
        return undefined;
      }
      const { matches, end } = bracket;
      if (end === undefined) {
        // A bracket without its end is a character, unless its text would have taken that character.
        found.push(matches('[') ? NEVER : (each) => each === '[');
      } else {
        found.push(matches);
        at = end - 1;
      }
    } else {
      found.push((each) => each === character);
    }
  }
  return found;
}

/**
 * Tells whether `pattern` matches the whole of `text`: `*`, `?`, `[...]` and backslashes, without
 * flags and in the C locale, so a character is a byte (POSIX, fnmatch and "Pattern Matching
 * Notation"). Takes time in proportion to both lengths' product at most.
 */
export function fnmatch(pattern: string, text: string): boolean {
  const wanted = places(pattern);
  if (wanted === undefined) {
    return false;
  }
  let place = 0;
  let at = 0;
  // Where to go on if a place does not match: the last `*`, which then takes one character more.
  let retry: { readonly place: number; at: number } | undefined;
  while (at < text.length || place < wanted.length) {
    const matches = wanted[place];
    if (matches === 'any number') {
      place += 1;
      retry = { place, at };
    } else if (matches !== undefined && at < text.length && matches(text.charAt(at))) {
      place += 1;
      at += 1;
    } else if (retry !== undefined && retry.at < text.length) {
      retry.at += 1;
      place = retry.place;
      at = retry.at;
    } else {
      return false;
    }
  }
  return true;
}
