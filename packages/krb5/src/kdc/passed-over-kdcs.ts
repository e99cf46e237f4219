/** Finds the `kdc` lines in krb5.conf that name no KDC. */
import type { Krb5Config } from '../config/krb5-config.js';
import { type PassedOver, passedOverSettings } from '../config/passed-over.js';
import { getRelations, getSectionNames } from '../config/profile.js';
import { parseKdc } from './parse-kdc.js';

const EXPECTED = 'host, host:port or https://host/path';

/** Returns every value in the configuration that is passed over, its `kdc` lines included. */
export function passedOverValues({ profile }: Krb5Config): readonly PassedOver[] {
  const lines = getSectionNames(profile, ['realms']).flatMap((realm) =>
    ['kdc', 'primary_kdc', 'master_kdc'].flatMap((name) =>
      getRelations(profile, ['realms', realm, name]),
    ),
  );
  const unusable = lines
    .filter(({ value }) => parseKdc(value, { realm: '', anchors: [] }) === undefined)
    .map((relation) => ({ ...relation, expected: EXPECTED, instead: 'nothing' }));
  return [...passedOverSettings(profile), ...unusable];
}
