/** Principal names, beside krb5_parse_name. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatPrincipal,
  NameType,
  type Principal,
  parsePrincipal,
  principalsEqual,
  tgsPrincipal,
} from '../src/principal.js';
import { useMitAnswers } from './support/mit-answers.js';

const REALM = 'EXAMPLE.ORG';

describe('parsePrincipal', () => {
  it('reads components and the realm', () => {
    expect(parsePrincipal('host/www.example.org@EXAMPLE.ORG')).toEqual({
      nameType: NameType.KRB5_NT_PRINCIPAL,
      components: ['host', 'www.example.org'],
      realm: 'EXAMPLE.ORG',
    });
  });

  it('gives the default realm to a name without @, and no realm to a name that ends in @', () => {
    expect(parsePrincipal('alice', { defaultRealm: REALM }).realm).toBe(REALM);
    expect(parsePrincipal('alice@', { defaultRealm: REALM }).realm).toBe('');
  });

  it('reads escaped characters', () => {
    expect(parsePrincipal('a\\/b\\@c\\\\d\\n\\t\\b\\0\\x/e@R\\/S')).toMatchObject({
      components: ['a/b@c\\d\n\t\b\0x', 'e'],
      realm: 'R/S',
    });
  });

  it('infers the name type of ticket-granting services and of well-known names', () => {
    expect(parsePrincipal('krbtgt/B@A').nameType).toBe(NameType.KRB5_NT_SRV_INST);
    expect(parsePrincipal('WELLKNOWN/ANONYMOUS@A').nameType).toBe(NameType.KRB5_NT_WELLKNOWN);
    expect(parsePrincipal('host/a@A', { nameType: NameType.KRB5_NT_SRV_HST }).nameType).toBe(3);
  });

  it.each([
    ['a@B@C', /second @/],
    ['a@B/C', /a \/ in its realm/],
    ['a\\', /ends in a backslash/],
  ])('refuses %s', (name, message) => {
    expect(() => parsePrincipal(name)).toThrow(
      expect.objectContaining({
        name: 'KRB5_PARSE_MALFORMED',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('says what to do if there is no realm', () => {
    expect(() => parsePrincipal('alice')).toThrow(
      expect.objectContaining({
        name: 'KRB5_CONFIG_NODEFREALM',
        message: expect.stringMatching(/"alice" has no realm: add @REALM/),
      }),
    );
  });
});

describe('formatPrincipal', () => {
  it('writes what parsePrincipal reads', () => {
    const texts = fc.string({ unit: fc.oneof(fc.constantFrom(...'\\/@\n\t\b\0ab'), fc.string()) });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), texts, (components, realm) => {
        const principal: Principal = { nameType: 1, components, realm };
        expect(principalsEqual(parsePrincipal(formatPrincipal(principal)), principal)).toBe(true);
      }),
    );
  });
});

describe('principalsEqual', () => {
  const host = parsePrincipal('host/a@R');

  it('ignores the name type', () => {
    expect(principalsEqual(host, { ...host, nameType: NameType.KRB5_NT_SRV_HST })).toBe(true);
  });

  it.each(['host/b@R', 'host/a@S', 'host@R', 'host/a/b@R', 'host/A@R'])(
    'tells host/a@R from %s',
    (name) => {
      expect(principalsEqual(host, parsePrincipal(name))).toBe(false);
    },
  );

  it('tgsPrincipal names ticket-granting services', () => {
    expect(formatPrincipal(tgsPrincipal('B', 'A'))).toBe('krbtgt/B@A');
    expect(formatPrincipal(tgsPrincipal('A'))).toBe('krbtgt/A@A');
  });
});

describe('parsePrincipal and krb5_parse_name', () => {
  const mit = useMitAnswers();

  it('read and write any text alike', () => {
    const unit = fc.constantFrom(...'\\\\//@@nt0bxé', '\n', '\t', 'krbtgt', 'WELLKNOWN');
    const names = fc.sample(fc.string({ unit, maxLength: 12 }), 2000);
    const env = { KRB5_CONFIG: '/nonexistent' };
    const withRealm = names.map((name) => (name.includes('@') ? name : `${name}@R`));
    const parsed = mit.ask(
      withRealm.map((name) => ['parse', name]),
      env,
    );
    const unparsed = mit.ask(
      withRealm.map((name) => ['unparse', name]),
      env,
    );
    const ours = (name: string, read: (principal: Principal) => string[]) => {
      try {
        return read(parsePrincipal(name));
      } catch (error) {
        expect(error).toMatchObject({
          name: expect.stringMatching(/^KRB5_PARSE_MALFORMED$|^KRB5_CONFIG_NODEFREALM$/),
        });
        return undefined;
      }
    };
    for (const [at, name] of withRealm.entries()) {
      expect([name, ours(name, (p) => [String(p.nameType), p.realm, ...p.components])]).toEqual([
        name,
        parsed[at],
      ]);
      expect([name, ours(name, (p) => [formatPrincipal(p)])]).toEqual([name, unparsed[at]]);
    }
  });
});
