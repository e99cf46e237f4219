/** A key that logs and errors never show, and its encryption type. */
import { inspect } from 'node:util';

/**
 * EncryptionKey (RFC 4120, section 5.2.9). It may hold any type number, so that a keytab's or a
 * cache's unusable keys can be listed and skipped. Functions that use a key refuse an unusable one.
 *
 * `value` is a getter over a private field: inspect(), JSON and structured clones show the type
 * alone. Compare keys by `value`: deep comparisons do not see it.
 */
export class EncryptionKey {
  readonly etype: number;
  readonly #value: Uint8Array;

  /** Keeps `value` itself, not a copy. */
  constructor(etype: number, value: Uint8Array) {
    this.etype = etype;
    this.#value = value;
  }

  get value(): Uint8Array {
    return this.#value;
  }

  [inspect.custom](): string {
    return `EncryptionKey { etype: ${this.etype} }`;
  }
}
