/** Checks a test realm's options, before anything is started. */
import { formatPrincipal, parsePrincipal } from '@remctl/krb5';
import { createServer } from '@remctl/server';
import { checkNames } from '../kdc/checks.js';
import { randomPassword } from '../random-password.js';
import type { TestRealmOptions, TestUsers, TrustedRealmOptions } from './options.js';

const DEFAULT_USERS = ['alice'];
/** The first parts of the realms' default names. */
const OWN_NAME = 'REMCTL';
const TRUSTED_NAME = 'PARTNER';
const DEFAULT_LIFETIME_S = 10 * 60 * 60;
const HIGHEST_PORT = 65_535;

const OPTIONS: readonly string[] = [
  'commands',
  'users',
  'realm',
  'port',
  'trusts',
  'ticketLifetime',
  'protocol1',
  'limits',
  'log',
] satisfies (keyof TestRealmOptions<string>)[];
const TRUST_OPTIONS: readonly string[] = [
  'realm',
  'users',
] satisfies (keyof TrustedRealmOptions<string>)[];
const USER_OPTIONS: readonly string[] = ['password'];

/** A letter, a digit, `.` and `-` need no escape in a principal or in krb5.conf, and fit every program. */
const REALM = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
/** Parts of a user's name: what a shell, a file's name and a principal take as it is. */
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/;
/** Services of every realm, which no user may be named after. */
const SERVICES = /^(?:krbtgt|kadmin|host)(?:\/|$)/;

/** A user before the realm has started. */
export interface PlannedUser<Name extends string> {
  readonly name: Name;
  /** The whole name, such as `alice@REMCTL.TEST`. */
  readonly principal: string;
  readonly password: string;
  /** The name of the user's files, without their ending. */
  readonly file: string;
}

/** A realm before it has started. */
export interface PlannedRealm<Name extends string> {
  readonly realm: string;
  readonly users: readonly PlannedUser<Name>[];
}

/** A test realm before it has started: what its options say, and the defaults. */
export interface Plan<Name extends string, TrustedName extends string> extends PlannedRealm<Name> {
  readonly trusted: PlannedRealm<TrustedName> | undefined;
  /** 0 for a free port. */
  readonly port: number;
  /** Seconds. */
  readonly ticketLifetime: number;
}

function checkRealm(name: string, realm: unknown): asserts realm is string {
  if (typeof realm !== 'string') {
    throw new TypeError(`${name} must be a string, such as EXAMPLE.TEST`);
  }
  if (!REALM.test(realm)) {
    throw new RangeError(
      `${name} ${JSON.stringify(realm)} is no realm's name: use letters, digits, dots and hyphens, such as EXAMPLE.TEST`,
    );
  }
}

function checkUserName(name: unknown): void {
  if (typeof name !== 'string') {
    throw new TypeError('users must be names, such as alice');
  }
  if (!USER.test(name)) {
    throw new RangeError(
      `the user ${JSON.stringify(name)} has no usable name: give a principal without its realm, such as alice or ` +
        'alice/admin, of letters, digits, dots, hyphens and underscores',
    );
  }
  if (SERVICES.test(name)) {
    throw new RangeError(`the user ${name} has the name of a service: choose another one`);
  }
}

function checkPassword(name: string, password: unknown): void {
  if (password !== undefined && typeof password !== 'string') {
    throw new TypeError(`the password of ${name} must be a string`);
  }
  if (password === '') {
    throw new RangeError(`the password of ${name} is empty: leave it out for a random one`);
  }
}

function plannedUsers<Name extends string>(
  realm: string,
  users: TestUsers<Name>,
  { option = 'users', fileSuffix = '' } = {},
): PlannedUser<Name>[] {
  if (typeof users !== 'object' || users === null) {
    throw new TypeError(
      `${option} must be a list of names, such as ['alice'], or an object, such as { alice: { password } }`,
    );
  }
  const passwords: readonly (readonly [Name, string | undefined])[] = isList(users)
    ? users.map((name) => [name, undefined] as const)
    : Object.entries<unknown>(users).map(([name, options]) => {
        checkNames(`the user ${name}`, USER_OPTIONS, options);
        const { password } = options as { readonly password?: string };
        checkPassword(name, password);
        return [name as Name, password] as const;
      });
  if (passwords.length === 0) {
    throw new RangeError(`${option} is empty: give the realm ${realm} at least one user`);
  }
  // A user has files of the same name, and some file systems know no case.
  const names = new Set<string>();
  for (const [name] of passwords) {
    checkUserName(name);
    const lower = name.toLowerCase();
    if (names.has(lower)) {
      throw new RangeError(`${option} has ${name} twice; the case of letters makes no other user`);
    }
    names.add(lower);
  }
  return passwords.map(([name, password]) => ({
    name,
    principal: formatPrincipal(parsePrincipal(name, { defaultRealm: realm })),
    password: password ?? randomPassword(),
    // An instance's slash would name a folder.
    file: `${name.replaceAll('/', '+')}${fileSuffix}`,
  }));
}

function isList<Name extends string>(users: TestUsers<Name>): users is readonly Name[] {
  return Array.isArray(users);
}

function checkNumber(name: string, value: unknown, lowest: number, highest: number): void {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} must be a number`);
  }
  if (!Number.isInteger(value) || value < lowest || value > highest) {
    throw new RangeError(
      `${name} must be a whole number from ${lowest} to ${highest}, not ${value}`,
    );
  }
}

/**
 * Returns what to start. `freeName` makes a name from its first part, for a realm to which the options give none.
 * Throws TypeError and RangeError that say what to give instead.
 */
export function planRealm<Name extends string, TrustedName extends string>(
  options: TestRealmOptions<Name, TrustedName>,
  freeName: (first: string) => string,
): Plan<Name, TrustedName> {
  checkNames('startTestRealm()', OPTIONS, options);
  const {
    commands = [],
    users = DEFAULT_USERS as readonly string[] as readonly Name[],
    realm = freeName(OWN_NAME),
    port = 0,
    trusts,
    ticketLifetime = DEFAULT_LIFETIME_S,
    protocol1,
    limits,
    log,
  } = options;
  checkRealm('realm', realm);
  checkNumber('port', port, 0, HIGHEST_PORT);
  checkNumber('ticketLifetime', ticketLifetime, 1, Number.MAX_SAFE_INTEGER);
  const plan = { realm, users: plannedUsers(realm, users), port, ticketLifetime };
  // A server that never listens: it checks the options that are its own.
  createServer({ keytab: 'not read', commands, protocol1, limits, log });
  return {
    ...plan,
    trusted: trusts === undefined ? undefined : plannedTrust(realm, trusts, freeName),
  };
}

function plannedTrust<Name extends string>(
  realm: string,
  trusts: TrustedRealmOptions<Name>,
  freeName: (first: string) => string,
): PlannedRealm<Name> {
  checkNames('trusts', TRUST_OPTIONS, trusts);
  const { realm: trusted = freeName(TRUSTED_NAME), users } = trusts;
  checkRealm('trusts.realm', trusted);
  if (trusted === realm) {
    throw new RangeError(`trusts.realm is ${realm}, the realm itself: choose another name`);
  }
  return {
    realm: trusted,
    users: plannedUsers(trusted, users, { option: 'trusts.users', fileSuffix: `@${trusted}` }),
  };
}
