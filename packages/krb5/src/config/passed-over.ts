/** Finds the values in krb5.conf that cannot be read and are passed over. */
import { getRelations, getSectionNames, type Profile } from './profile.js';
import { LIBDEFAULTS, REALM_DEFAULTS, REALMS, type SettingKind } from './settings.js';

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
  return [
    ...unreadable(profile, ['libdefaults'], LIBDEFAULTS),
    ...ofRealms(profile, 'libdefaults', REALM_DEFAULTS),
    ...ofRealms(profile, 'realms', REALMS),
  ];
}

type Settings = ReadonlyMap<string, SettingKind>;

/** Looks into the section of each realm inside `section`. */
function ofRealms(profile: Profile, section: string, settings: Settings): PassedOver[] {
  return getSectionNames(profile, [section]).flatMap((realm) =>
    unreadable(profile, [section, realm], settings),
  );
}

function unreadable(
  profile: Profile,
  section: readonly [string, ...string[]],
  settings: Settings,
): PassedOver[] {
  return [...settings].flatMap(([setting, { isReadable, expected, instead }]) => {
    // The first of several values counts.
    const relation = getRelations(profile, [...section, setting])[0];
    if (relation === undefined || isReadable(relation.value)) {
      return [];
    }
    const { file, line, name, value } = relation;
    return [{ file, line, name, value, expected, instead: instead(value) }];
  });
}
