/** A realm for one test file. */
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll } from 'vitest';

/** Starts a realm and disposes of it after the file's tests. */
export async function startRealmForFile(): Promise<Realm> {
  const realm = await startRealm();
  afterAll(() => realm.dispose());
  return realm;
}

/** Starts a realm as `startRealmForFile`, and has Kerberos in this process use it until the end. */
export async function useRealmForFile(): Promise<Realm> {
  const realm = await startRealmForFile();
  afterAll(realm.useHere());
  return realm;
}
