/** Principals, and their form as text: krb5_parse_name and krb5_unparse_name. */

import { LocalErrorCode } from './error-codes.js';
import { Krb5Error } from './errors.js';
import { checkOptionNames, type OptionNames } from './option-names.js';

/** Name types (RFC 4120, section 6.2; RFC 6806, section 5; RFC 6111, section 3.1). */
export const NameType = {
  KRB5_NT_UNKNOWN: 0,
  KRB5_NT_PRINCIPAL: 1,
  KRB5_NT_SRV_INST: 2,
  KRB5_NT_SRV_HST: 3,
  KRB5_NT_SRV_XHST: 4,
  KRB5_NT_UID: 5,
  KRB5_NT_X500_PRINCIPAL: 6,
  KRB5_NT_SMTP_NAME: 7,
  KRB5_NT_ENTERPRISE_PRINCIPAL: 10,
  KRB5_NT_WELLKNOWN: 11,
} as const;

/** The first component of a ticket-granting service's name (RFC 4120, section 7.3). */
export const TGS_NAME = 'krbtgt';
const WELLKNOWN_NAME = 'WELLKNOWN';

/** A principal: its PrincipalName (RFC 4120, section 5.2.2) and its realm. */
export interface Principal {
  /** A `NameType`, or a number that only a newer peer knows. Comparisons ignore it. */
  readonly nameType: number;
  /** At least one component, without escapes. */
  readonly components: readonly string[];
  /**
   * The realm, without escapes. Empty for the referral realm: the KDCs find the real one (RFC 6806,
   * section 4).
   */
  readonly realm: string;
}

export interface ParsePrincipalOptions {
  /** The realm of a name without one. Without a default realm, such a name is refused. */
  readonly defaultRealm?: string | undefined;
  /** The name type; without it, the name type that krb5_parse_name infers. */
  readonly nameType?: number;
}

const OPTIONS: OptionNames<ParsePrincipalOptions> = { defaultRealm: true, nameType: true };

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
  ['0', '\0'],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['@', '\\@'],
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\b', '\\b'],
  ['\0', '\\0'],
]);

function inferNameType(components: readonly string[]): number {
  if (components.length === 2 && components[0] === TGS_NAME) {
    return NameType.KRB5_NT_SRV_INST;
  }
  if (components.length >= 2 && components[0] === WELLKNOWN_NAME) {
    return NameType.KRB5_NT_WELLKNOWN;
  }
  return NameType.KRB5_NT_PRINCIPAL;
}

function malformed(name: string, reason: string): Krb5Error {
  return new Krb5Error(LocalErrorCode.KRB5_PARSE_MALFORMED, `the principal "${name}" ${reason}`);
}

/**
 * Parses `component/component@REALM`. A backslash takes the next character's special meaning away,
 * and `\n`, `\t`, `\b` and `\0` stand for a newline, a tab, a backspace and a NUL. `name@` has the
 * empty realm. Throws Krb5Error KRB5_PARSE_MALFORMED if the name has a second `@`, a `/` in its
 * realm or a backslash at its end, and Krb5Error KRB5_CONFIG_NODEFREALM if neither the name nor
 * `options` have a realm. Throws TypeError for an option that does not exist. Takes at most 96 times the memory of `name`.
 */
export function parsePrincipal(name: string, options: ParsePrincipalOptions = {}): Principal {
  checkOptionNames('parsePrincipal()', options, OPTIONS);
  const components = [''];
  let realm: string | undefined;
  const append = (text: string) => {
    if (realm === undefined) {
      components.push(`${components.pop() ?? ''}${text}`);
    } else {
      realm += text;
    }
  };
  for (let at = 0; at < name.length; at++) {
    const character = name.charAt(at);
    if (character === '\\') {
      at += 1;
      if (at === name.length) {
        throw malformed(name, 'ends in a backslash that escapes nothing');
      }
      const escaped = name.charAt(at);
      append(ESCAPED.get(escaped) ?? escaped);
    } else if (character === '/') {
      if (realm !== undefined) {
        throw malformed(name, 'has a / in its realm: write it as \\/');
      }
      components.push('');
    } else if (character === '@') {
      if (realm !== undefined) {
        throw malformed(name, 'has a second @: write it as \\@');
      }
      realm = '';
    } else {
      append(character);
    }
  }
  realm ??= options.defaultRealm;
  if (realm === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CONFIG_NODEFREALM,
      `the principal "${name}" has no realm: add @REALM, or set default_realm in krb5.conf`,
    );
  }
  return { nameType: options.nameType ?? inferNameType(components), components, realm };
}

function escapeText(text: string): string {
  return Array.from(text, (character) => ESCAPES.get(character) ?? character).join('');
}

/** Formats a principal so that `parsePrincipal` returns it again, apart from its name type. */
export function formatPrincipal({ components, realm }: Principal): string {
  return `${components.map(escapeText).join('/')}@${escapeText(realm)}`;
}

/** Whether both are the same principal. Their name types are only hints (RFC 4120, section 6.2). */
export function principalsEqual(a: Principal, b: Principal): boolean {
  return (
    a.realm === b.realm &&
    a.components.length === b.components.length &&
    a.components.every((component, at) => component === b.components[at])
  );
}

/**
 * Returns the ticket-granting service of `realm` in `issuer`: krbtgt/realm@issuer (RFC 4120,
 * section 7.3).
 */
export function tgsPrincipal(realm: string, issuer: string = realm): Principal {
  return { nameType: NameType.KRB5_NT_SRV_INST, components: [TGS_NAME, realm], realm: issuer };
}
