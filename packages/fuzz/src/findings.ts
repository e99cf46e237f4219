/** What a target holds its parser to. What it throws besides is a finding. */

/** The classes of the errors that a parser documents. Their constructors' arguments are of no matter here. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** What `read` gives; undefined where it threw one of the `documented` errors. Others are passed on. */
export function unlessRefused<T>(documented: readonly ErrorClass[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (documented.some((each) => error instanceof each)) {
      return undefined;
    }
    throw error;
  }
}

/** Throws unless both are the same octets. */
export function requireSame(what: string, a: Uint8Array, b: Uint8Array): void {
  if (Buffer.compare(a, b) !== 0) {
    throw new Error(
      `${what}: ${Buffer.from(a).toString('hex')} and ${Buffer.from(b).toString('hex')}`,
    );
  }
}

/** Throws unless `holds`. */
export function requireThat(what: string, holds: boolean): void {
  if (!holds) {
    throw new Error(`this does not hold: ${what}`);
  }
}
