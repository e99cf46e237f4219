/** Checks of a parser's results and errors. A throw is a finding. */

/** A class of errors, whatever its constructor takes. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * Returns the result of `read`, or undefined if `read` throws one of the `documented` errors.
 * Throws every other error of `read`.
 */
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

/** Throws an Error that begins with `what` if `a` and `b` are different bytes. */
export function requireSame(what: string, a: Uint8Array, b: Uint8Array): void {
  if (Buffer.compare(a, b) !== 0) {
    throw new Error(
      `${what}: ${Buffer.from(a).toString('hex')} and ${Buffer.from(b).toString('hex')}`,
    );
  }
}

/** Throws an Error that names `what` if `holds` is false. */
export function requireThat(what: string, holds: boolean): void {
  if (!holds) {
    throw new Error(`this does not hold: ${what}`);
  }
}
