/** A realm whose Kerberos configuration this process uses. */
import { type Realm, type RealmOptions, startRealm } from '@remctl/realm';

/**
 * Starts a realm, and sets this process's KRB5_CONFIG and KRB5CCNAME to those of the realm.
 *
 * `dispose()` also restores both variables. Test files have `useRealmForFile`, which also disposes.
 */
export async function startRealmHere(options?: RealmOptions): Promise<Realm> {
  const realm = await startRealm(options);
  realm.useHere();
  return realm;
}
