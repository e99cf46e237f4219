/** A key and its encryption type, held so that logs and errors never show it. */
import { inspect } from 'node:util';

/**
 * EncryptionKey (RFC 4120, section 5.2.9). Any type number may be held, so that a keytab's or a cache's
 * unusable keys can be listed and skipped; the functions that use a key refuse it.
 *
 * `value` is a getter over a private field: inspect(), JSON and structured clones show the type alone.
 * Test equality by `value`, since deep comparisons do not see it.
 */
export class EncryptionKey {
  readonly etype: number;
  readonly #value: Uint8Array;

  /** `value` is kept, not copied. */
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
