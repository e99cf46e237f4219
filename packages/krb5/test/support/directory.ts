/** Accounts of an Active Directory domain, as administrators make and change them. */
import { changeDirectory, domainDn, ldifComputer, ldifUser, type Realm } from '@remctl/realm';

/** The password of every account that `fillDirectory` adds. */
export const PASSWORD = 'Secret-1';

/** Bits of userAccountControl (MS-ADTS, section 2.2.16). */
const ACCOUNT_DISABLE = 0x2;
const NORMAL_ACCOUNT = 0x200;
const DONT_REQUIRE_PREAUTH = 0x400000;

/** Enough groups to make a ticket too big for a datagram. */
const GROUPS = 150;
/** Wrong passwords that lock an account. */
export const LOCKOUT_THRESHOLD = 3;
/** 30 minutes, as Active Directory writes a duration: negative, in units of 100 ns. */
const LOCKOUT_DURATION = -18_000_000_000;

/** Adds users and computers with the names, salts and states that a domain may have. */
export function fillDirectory(realm: Realm): Promise<void> {
  const root = domainDn(realm.name);
  const suffix = realm.name.toLowerCase();
  const user = (name: string, ...attributes: readonly string[]) =>
    ldifUser(realm.name, { name, password: PASSWORD, attributes });
  const replace = (dn: string, attributes: Readonly<Record<string, string | number>>) => {
    const changes = Object.entries(attributes).map(
      ([name, value]) => `replace: ${name}\n${name}: ${value}\n-\n`,
    );
    return `dn: ${dn}\nchangetype: modify\n${changes.join('')}\n`;
  };
  const changed = (name: string, attributes: Readonly<Record<string, string | number>>) =>
    user(name) + replace(`CN=${name},CN=Users,${root}`, attributes);
  const group = (name: string, member: string) =>
    `dn: CN=${name},CN=Users,${root}\nchangetype: add\nobjectClass: group\nsAMAccountName: ${name}\nmember: CN=${member},CN=Users,${root}\n\n`;
  return changeDirectory(
    realm,
    [
      replace(root, {
        lockoutThreshold: LOCKOUT_THRESHOLD,
        lockoutDuration: LOCKOUT_DURATION,
        lockOutObservationWindow: LOCKOUT_DURATION,
      }),
      user('jdoe', `userPrincipalName: jane.doe@${suffix}`),
      user('jsmith', 'userPrincipalName: john.smith@example.org'),
      user('müller', `userPrincipalName: müller@${suffix}`),
      // The salt of a password's key stays that of the name at the time.
      changed('maiden', {
        sAMAccountName: 'married',
        userPrincipalName: `married@${suffix}`,
      }),
      user('trusting', `userPrincipalName: other.salt@${suffix}`),
      replace(`CN=trusting,CN=Users,${root}`, {
        userAccountControl: NORMAL_ACCOUNT + DONT_REQUIRE_PREAUTH,
      }),
      user('busy'),
      ...Array.from({ length: GROUPS }, (_, index) => group(`group-${index}`, 'busy')),
      changed('stale', { pwdLastSet: 0 }),
      changed('disabled', { userAccountControl: NORMAL_ACCOUNT + ACCOUNT_DISABLE }),
      user('locked'),
      user('expired', 'accountExpires: 130000000000000000'),
      ldifComputer(realm.name, {
        name: 'WORK',
        password: PASSWORD,
        attributes: [
          `dNSHostName: work.${suffix}`,
          'servicePrincipalName: host/work',
          `servicePrincipalName: host/work.${suffix}`,
        ],
      }),
      // The account of host/localhost is in the server's keytab.
      `dn: CN=SERVICE-1,CN=Computers,${root}\nchangetype: modify\nadd: servicePrincipalName\nservicePrincipalName: alias/localhost\n\n`,
    ].join(''),
  );
}
