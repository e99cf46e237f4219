/** The tree that krb5.conf files make, and how values are found in it: MIT Kerberos's profile library. */
import { Krb5ConfigError } from './config-error.js';
import { parseDuration } from './duration.js';

/** `name = value`, and where it stands. */
export interface Relation {
  readonly name: string;
  /** Without the quotes and their escapes. */
  readonly value: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** What stands between braces, or below `[name]`. Parts of the same name have become one. */
export interface Section {
  readonly relations: readonly Relation[];
  readonly sections: ReadonlyMap<string, Section>;
  /** Marked by `*`: files after this one add nothing to it. */
  readonly final: boolean;
}

/** All files of a configuration, in order: earlier ones win. */
export interface Profile {
  readonly files: readonly { readonly path: string; readonly root: Section }[];
  /** The files that were looked for and do not exist. */
  readonly missing: readonly string[];
}

/** The names of sections from the outermost in, and last the relation's: `['realms', 'EXAMPLE.ORG', 'kdc']`. */
export type ProfilePath = readonly [string, ...string[]];

/** The sections at `path` in each file, as far as a final one allows. */
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

/** Every relation at `path`, in order. */
export function getRelations(profile: Profile, path: ProfilePath): Relation[] {
  const name = path.at(-1);
  return sectionsAt(profile, path.slice(0, -1)).flatMap(({ relations }) =>
    relations.filter((relation) => relation.name === name),
  );
}

/** The value of every relation at `path`, in order. */
export function getStrings(profile: Profile, path: ProfilePath): string[] {
  return getRelations(profile, path).map(({ value }) => value);
}

/** The value of the first relation at `path`. */
export function getString(profile: Profile, path: ProfilePath): string | undefined {
  return getRelations(profile, path)[0]?.value;
}

/** The names of the sections inside the one at `path`, each once. */
export function getSectionNames(profile: Profile, path: ProfilePath): string[] {
  return [...new Set(sectionsAt(profile, path).flatMap(({ sections }) => [...sections.keys()]))];
}

const TRUE_WORDS: ReadonlySet<string> = new Set(['y', 'yes', 'true', 't', '1', 'on']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['n', 'no', 'false', 'nil', '0', 'off']);

/** The words that MIT Kerberos takes for true and false, in any case; undefined for all others. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) {
    return true;
  }
  return FALSE_WORDS.has(word) ? false : undefined;
}

/** A Krb5ConfigError that says where `relation` stands and that its value is not `expected`. */
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

/** The first relation at `path` as a truth value. Throws Krb5ConfigError for other words. */
export function getBoolean(profile: Profile, path: ProfilePath): boolean | undefined {
  return firstAs(profile, path, parseBoolean, 'true or false');
}

/** The first relation at `path` as a 32-bit signed number. Throws Krb5ConfigError for anything else. */
export function getInteger(profile: Profile, path: ProfilePath): number | undefined {
  const parse = (text: string) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    return value === (value | 0) ? value : undefined;
  };
  return firstAs(profile, path, parse, 'a whole number');
}

/** The first relation at `path` in seconds, from any form of `parseDuration`. Throws Krb5ConfigError. */
export function getDuration(profile: Profile, path: ProfilePath): number | undefined {
  return firstAs(profile, path, parseDuration, 'a duration such as 36000, 10h, 1d 2h or 1:30');
}
