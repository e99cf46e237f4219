/** The keys of one version of a principal, made when needed. */
import type { EncryptionKey } from '@remctl/krb5';
import { etypeInfo, randomKey, stringToKey } from '@remctl/krb5/testing';

/** All keys of one version: one for each encryption type. */
export interface KeyVersion {
  readonly kvno: number;
  /** The types, the preferred one first. */
  readonly etypes: readonly number[];
  /** The salt of a password's keys; random keys tell the default one, as other KDCs do. */
  readonly salt: string;
  /** Returns the key of a type in `etypes`. Throws Error for every other type. */
  key(etype: number): Promise<EncryptionKey>;
}

/** What the keys are made of. */
export interface KeyVersionOptions {
  readonly kvno: number;
  readonly etypes: readonly number[];
  readonly salt: string;
  /** Undefined for random keys. */
  readonly password: string | undefined;
}

/**
 * Returns keys that are made when they are first asked for: a password's key of a SHA-2 type takes
 * tens of milliseconds (RFC 8009, section 4).
 */
export function keyVersion({ kvno, etypes, salt, password }: KeyVersionOptions): KeyVersion {
  const made = new Map<number, Promise<EncryptionKey>>();
  const make = async (etype: number) =>
    password === undefined ? randomKey(etype) : stringToKey(etype, password, salt);
  return {
    kvno,
    etypes,
    salt,
    key: async (etype) => {
      if (!etypes.includes(etype)) {
        throw new Error(`there is no key of type ${etypeInfo(etype).name}`);
      }
      const known = made.get(etype) ?? make(etype);
      made.set(etype, known);
      return known;
    },
  };
}
