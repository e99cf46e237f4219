/** Finds the values in krb5.conf that cannot be read and are passed over. */
import { getRelations, getSectionNames, type Profile, type Relation } from './profile.js';
import { LIBDEFAULTS, REALMS, type SettingKind } from './settings.js';

/** A value that cannot be read. libkrb5 passes over it without a word, and so does this package. */
export interface PassedOver {
  /** The file, and the line in it, counted from 1. */
  readonly file: string;
  readonly line: number;
  /** The name of the setting, and its value as written. */
  readonly name: string;
  readonly value: string;
  /** What would be readable, such as `true or false`. */
  readonly expected: string;
  /** What counts instead, such as `false`. */
  readonly instead: string;
}

/** Returns the values of [libdefaults] and [realms] that are passed over; `kdc` is not among them. */
export function passedOverSettings(profile: Profile): readonly PassedOver[] {
  const libdefaults = ['libdefaults', ...realmsIn(profile, 'libdefaults')].flatMap((realm) =>
    unreadable(profile, realm === 'libdefaults' ? [realm] : ['libdefaults', realm], LIBDEFAULTS),
  );
  const realms = realmsIn(profile, 'realms').flatMap((realm) =>
    unreadable(profile, ['realms', realm], REALMS),
  );
  return [...libdefaults, ...realms];
}

function realmsIn(profile: Profile, section: string): string[] {
  return getSectionNames(profile, [section]);
}

function unreadable(
  profile: Profile,
  section: readonly [string, ...string[]],
  settings: ReadonlyMap<string, SettingKind>,
): PassedOver[] {
  return [...settings].flatMap(([name, { isReadable, expected, instead }]) => {
    // The first of several values counts.
    const relation: Relation | undefined = getRelations(profile, [...section, name])[0];
    return relation === undefined || isReadable(relation.value)
      ? []
      : [{ ...relation, expected, instead }];
  });
}
