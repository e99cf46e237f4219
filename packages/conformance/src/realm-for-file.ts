/** A realm for all tests of one test file. */
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll } from 'vitest';
import { startRealmHere } from './realm-here.js';

/** Starts a realm, and disposes of it after the file's tests. Call it at the top of a test file. */
export async function startRealmForFile(): Promise<Realm> {
  const realm = await startRealm();
  afterAll(() => realm.dispose());
  return realm;
}

/** Starts a realm as `startRealmForFile` does. Kerberos in this process uses it until the end. */
export async function useRealmForFile(): Promise<Realm> {
  const realm = await startRealmHere();
  afterAll(() => realm.dispose());
  return realm;
}
