/** A realm that lives as long as the tests that use it. */
import { type Realm, type RealmOptions, startRealm } from '@remctl/realm';
import { beforeAll } from 'vitest';

/**
 * Starts a realm before the tests of the file or `describe` block that calls this, and disposes of
 * the realm after them. Returns the realm, which has no properties until then: read it in tests and
 * hooks only.
 */
export function useRealm(options?: RealmOptions): Realm {
  const realm = {} as Realm;
  beforeAll(async () => {
    const started = await startRealm(options);
    Object.assign(realm, started);
    return () => started.dispose();
  });
  return realm;
}
