/** A KDC's principals and their keys, in memory. */
import { formatPrincipal, type Principal, parsePrincipal } from '@remctl/krb5';
import { defaultSalt, TGS_NAME, tgsPrincipal } from '@remctl/krb5/testing';
import { checkNames, checkSeconds } from './checks.js';
import { type EncryptionType, etypeNumbers } from './encryption-types.js';
import { type KeyVersion, keyVersion } from './keys.js';

/** What a principal may do, and how long its tickets last. */
export interface PrincipalPolicy {
  /**
   * Whether the principal gets no first ticket (KDC_ERR_CLIENT_REVOKED), and nobody gets a ticket for
   * it (KDC_ERR_S_PRINCIPAL_UNKNOWN). The tickets that it has stay good, as with MIT's KDC.
   */
  readonly locked?: boolean;
  /** Whether the principal's password must be changed before it gets tickets (KDC_ERR_KEY_EXPIRED). */
  readonly passwordExpired?: boolean;
  /** Whether the principal must prove that it knows its key before it gets a ticket; true by default. */
  readonly preauthentication?: boolean;
  /** The most seconds of a ticket of this client or for this service; the KDC's maximum by default. */
  readonly maxLifetime?: number;
  /** The most seconds in which such a ticket can be renewed; the KDC's maximum by default. */
  readonly maxRenewableLifetime?: number;
}

/** What a principal's keys are made of. */
export interface KeyOptions {
  /** Makes the keys from a password; without it they are random. */
  readonly password?: string;
  /** The types of the keys, the preferred one first; the KDC's, or those of the last keys, by default. */
  readonly encryptionTypes?: readonly EncryptionType[];
}

export interface PrincipalOptions extends PrincipalPolicy, KeyOptions {}

const POLICY_OPTIONS: readonly string[] = [
  'locked',
  'passwordExpired',
  'preauthentication',
  'maxLifetime',
  'maxRenewableLifetime',
] satisfies (keyof PrincipalPolicy)[];
const KEY_OPTIONS: readonly string[] = [
  'password',
  'encryptionTypes',
] satisfies (keyof KeyOptions)[];

/** A principal with its keys. */
export interface KnownPrincipal {
  readonly principal: Principal;
  /** The whole name, such as `alice@TEST.EXAMPLE`. */
  readonly name: string;
  readonly policy: PrincipalPolicy;
  /** Its key versions, the newest first. There is at least one. */
  readonly keys: readonly [KeyVersion, ...KeyVersion[]];
}

export interface Principals {
  /** Finds a principal; undefined if it is unknown. Name types are not compared. */
  find(principal: Principal): KnownPrincipal | undefined;
  /** Finds a principal by its name. Throws Error if it is unknown, Krb5Error for a malformed name. */
  require(name: string): KnownPrincipal;
  /** Adds a principal. Throws Error if it exists already or is of another realm. */
  add(name: string, options: PrincipalOptions): KnownPrincipal;
  /** Changes what a principal may do. Throws as `require`. */
  change(name: string, policy: PrincipalPolicy): void;
  /** Removes a principal. Throws as `require`. */
  remove(name: string): void;
  /** Gives a principal new keys of the next version. The old ones stay known. Throws as `require`. */
  changeKey(name: string, options: KeyOptions): KnownPrincipal;
}

/**
 * Creates the principals of a realm: krbtgt/REALM alone. `etypes` are the types of keys, the
 * preferred one first.
 */
export function createPrincipals(realm: string, etypes: readonly number[]): Principals {
  const known = new Map<string, KnownPrincipal>();
  const parse = (name: string) => parsePrincipal(name, { defaultRealm: realm });

  const require = (name: string): KnownPrincipal => {
    const whole = formatPrincipal(parse(name));
    const found = known.get(whole);
    if (found === undefined) {
      throw new Error(`the KDC of ${realm} has no principal ${whole}: add it with addPrincipal`);
    }
    return found;
  };

  const add = (name: string, options: PrincipalOptions): KnownPrincipal => {
    checkNames('addPrincipal()', [...KEY_OPTIONS, ...POLICY_OPTIONS], options);
    const { password, encryptionTypes, ...policy } = options;
    const principal = parse(name);
    const whole = formatPrincipal(principal);
    checkName(principal, realm);
    checkPolicy(policy);
    if (known.has(whole)) {
      throw new Error(`the KDC of ${realm} has the principal ${whole} already`);
    }
    const version = keyVersion({
      kvno: 1,
      etypes: encryptionTypes === undefined ? etypes : etypeNumbers(encryptionTypes),
      salt: defaultSalt(principal),
      password: checkedPassword(password),
    });
    const added: KnownPrincipal = { principal, name: whole, policy, keys: [version] };
    known.set(whole, added);
    return added;
  };

  add(formatPrincipal(tgsPrincipal(realm)), {});
  return {
    find: (principal) => known.get(formatPrincipal(principal)),
    require,
    add,
    change: (name, policy) => {
      checkNames('changePrincipal()', POLICY_OPTIONS, policy);
      checkPolicy(policy);
      const found = require(name);
      known.set(found.name, { ...found, policy: { ...found.policy, ...policy } });
    },
    remove: (name) => {
      known.delete(require(name).name);
    },
    changeKey: (name, options) => {
      checkNames('changeKey()', KEY_OPTIONS, options);
      const { password, encryptionTypes } = options;
      const found = require(name);
      const [newest] = found.keys;
      const next = keyVersion({
        kvno: newest.kvno + 1,
        etypes: encryptionTypes === undefined ? newest.etypes : etypeNumbers(encryptionTypes),
        salt: newest.salt,
        password: checkedPassword(password),
      });
      const changed: KnownPrincipal = { ...found, keys: [next, ...found.keys] };
      known.set(found.name, changed);
      return changed;
    },
  };
}

/** Throws Error if a principal cannot be one of `realm`'s KDC. */
function checkName(principal: Principal, realm: string): void {
  const { components } = principal;
  if (components.includes('')) {
    throw new Error(`the principal "${formatPrincipal(principal)}" has an empty component`);
  }
  const [service, other] = components;
  const isTrust = components.length === 2 && service === TGS_NAME && other === realm;
  if (principal.realm !== realm && !isTrust) {
    throw new Error(
      `${formatPrincipal(principal)} is not of the realm ${realm}: add it to the KDC of ${principal.realm}`,
    );
  }
}

function checkPolicy({ maxLifetime, maxRenewableLifetime }: PrincipalPolicy): void {
  checkSeconds('maxLifetime', maxLifetime);
  checkSeconds('maxRenewableLifetime', maxRenewableLifetime);
}

function checkedPassword(password: string | undefined): string | undefined {
  if (password === '') {
    throw new Error('a password must not be empty: leave it out for random keys');
  }
  return password;
}
