/** The tree of sections in krb5.conf files, and look-ups in it. */
import { Krb5ConfigError } from './config-error.js';
import { parseDuration } from './duration.js';

/** A line `name = value`, and its place. */
export interface Relation {
  readonly name: string;
  /** The text without quotes, its escapes replaced. */
  readonly value: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** The lines between braces, or below `[name]`. Parts with the same name are merged. */
export interface Section {
  readonly relations: readonly Relation[];
  readonly sections: ReadonlyMap<string, Section>;
  /** Whether a `*` marks the section: later files add nothing to it. */
  readonly final: boolean;
}

/** All files of a configuration, in order: values of earlier files win. */
export interface Profile {
  readonly files: readonly { readonly path: string; readonly root: Section }[];
  /** The named files that do not exist. */
  readonly missing: readonly string[];
}

/**
 * The names of sections from the outermost in, then the relation's: `['realms', 'EXAMPLE.ORG',
 * 'kdc']`.
 */
export type ProfilePath = readonly [string, ...string[]];

/** The sections at `path` in each file, up to the first file that marks one on the way as final. */
function sectionsAt(profile: Profile, path: readonly string[]): Section[] {
  const found: Section[] = [];
  for (const { root } of profile.files) {
    let section: Section | undefined = root;
    let final = false;
    for (const name of path) {
      section = section.sections.get(name);
      if (section === undefined) {
        break;
      }
      final ||= section.final;
    }
    if (section !== undefined) {
      found.push(section);
    }
    if (final) {
      break;
    }
  }
  return found;
}

/** Returns every relation at `path`, in order. */
export function getRelations(profile: Profile, path: ProfilePath): Relation[] {
  const name = path.at(-1);
  return sectionsAt(profile, path.slice(0, -1)).flatMap(({ relations }) =>
    relations.filter((relation) => relation.name === name),
  );
}

/** Returns the value of every relation at `path`, in order. */
export function getStrings(profile: Profile, path: ProfilePath): string[] {
  return getRelations(profile, path).map(({ value }) => value);
}

/** Returns the value of the first relation at `path`. */
export function getString(profile: Profile, path: ProfilePath): string | undefined {
  return getRelations(profile, path)[0]?.value;
}

/** Returns the names of the sections inside the one at `path`, each name once. */
export function getSectionNames(profile: Profile, path: ProfilePath): string[] {
  return [...new Set(sectionsAt(profile, path).flatMap(({ sections }) => [...sections.keys()]))];
}

const TRUE_WORDS: ReadonlySet<string> = new Set(['y', 'yes', 'true', 't', '1', 'on']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['n', 'no', 'false', 'nil', '0', 'off']);

/**
 * Parses the words that MIT Kerberos takes for true and false, in any case; undefined for other
 * words.
 */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) {
    return true;
  }
  return FALSE_WORDS.has(word) ? false : undefined;
}

/**
 * Parses a whole number of 32 bits in decimal digits, with an optional sign and white space before
 * it, as libkrb5 does; undefined for other texts.
 */
export function parseInteger(text: string): number | undefined {
  const value = /^[ \t\n\v\f\r]*[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return value === (value | 0) ? value | 0 : undefined;
}

/** Makes the error for a relation whose value is not `expected`; it names file and line. */
export function badValue(relation: Relation, expected: string): Krb5ConfigError {
  return new Krb5ConfigError(
    `${relation.name} = ${relation.value}: expected ${expected}`,
    relation,
  );
}

function firstAs<T>(
  profile: Profile,
  path: ProfilePath,
  parse: (value: string) => T | undefined,
  expected: string,
): T | undefined {
  const relation = getRelations(profile, path)[0];
  if (relation === undefined) {
    return undefined;
  }
  const value = parse(relation.value);
  if (value === undefined) {
    throw badValue(relation, expected);
  }
  return value;
}

/**
 * Returns the first relation at `path` as `parse` reads it; `unreadable` if it cannot read it, and
 * undefined if there is none.
 */
export function getLenient<T>(
  profile: Profile,
  path: ProfilePath,
  parse: (text: string) => T | undefined,
  unreadable: T | undefined,
): T | undefined {
  const value = getString(profile, path);
  return value === undefined ? undefined : (parse(value) ?? unreadable);
}

/**
 * Returns the first relation at `path` as a number. Throws Krb5ConfigError if it is no signed
 * 32-bit number.
 */
export function getInteger(profile: Profile, path: ProfilePath): number | undefined {
  return firstAs(profile, path, parseInteger, 'a whole number');
}

/**
 * Returns the first relation at `path` in seconds. Throws Krb5ConfigError if `parseDuration` does
 * not know it.
 */
export function getDuration(profile: Profile, path: ProfilePath): number | undefined {
  return firstAs(profile, path, parseDuration, 'a duration such as 36000, 10h, 1d 2h or 1:30');
}
