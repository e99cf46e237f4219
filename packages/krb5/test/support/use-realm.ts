/** A realm that lives as long as the tests that use it. */
import { type Realm, type RealmOptions, startRealm } from '@remctl/realm';
import { beforeAll } from 'vitest';

/** Milliseconds: Samba makes its first domain on a machine once, and that takes many seconds of both CPUs. */
const FIRST_DOMAIN_MS = 60_000;

/**
 * Starts a realm before the tests of the file or `describe` block that calls this, and disposes of
 * the realm after them. Returns the realm, which has no properties until then: read it in tests and
 * hooks only.
 */
export function useRealm(options?: RealmOptions): Realm {
  const realm = {} as Realm;
  beforeAll(
    async () => {
      const started = await startRealm(options);
      Object.assign(realm, started);
      return () => started.dispose();
    },
    options?.kdc === 'samba' ? FIRST_DOMAIN_MS : undefined,
  );
  return realm;
}
