/** The users of a realm: principals, keytabs, credential caches. */
import { rm } from 'node:fs/promises';
import type { TestKdc } from '../kdc/test-kdc.js';
import type { PlannedUser } from './check-options.js';
import type { TemporaryFolder } from './temporary-folder.js';
import type { TestUser } from './test-realm.js';
import { writeWhole } from './write-file.js';

/** Seconds since an expired ticket's end: more than clocks may differ. */
const EXPIRED_FOR_S = 3600;

/** The type that a cache's name begins with. */
const FILE_TYPE = 'FILE:';

/** A user, and the KDC that knows the user. */
export interface RealmUser {
  readonly user: TestUser;
  readonly kdc: TestKdc;
}

/**
 * Adds a user to the KDC, and writes the user's keytab and cache, with a ticket of `lifetime` seconds. The files
 * are called `file`.
 */
export async function addUser(
  kdc: TestKdc,
  folder: TemporaryFolder,
  { name, principal, password, file }: PlannedUser<string>,
  lifetime: number,
): Promise<RealmUser> {
  kdc.addPrincipal(principal, { password });
  const keytab = folder.at(`${file}.keytab`);
  const ccache = `${FILE_TYPE}${folder.at(`${file}.ccache`)}`;
  const realmUser = { user: { name, principal, password, ccache, keytab }, kdc };
  await Promise.all([
    kdc.keytab(principal).then((bytes) => writeWhole(keytab, bytes)),
    writeTicket(realmUser, lifetime),
  ]);
  return realmUser;
}

function pathOf({ ccache }: TestUser): string {
  return ccache.slice(FILE_TYPE.length);
}

/** Puts a new ticket of `lifetime` seconds into the user's cache. */
export async function writeTicket({ user, kdc }: RealmUser, lifetime: number): Promise<void> {
  await writeWhole(pathOf(user), await kdc.ccache(user.principal, { lifetime }));
}

/** Puts a ticket into the user's cache that ended an hour ago. */
export async function writeExpiredTicket(realmUser: RealmUser): Promise<void> {
  await writeTicket(realmUser, -EXPIRED_FOR_S);
}

/** Removes the user's cache. */
export async function removeCache({ user }: RealmUser): Promise<void> {
  await rm(pathOf(user), { force: true });
}
