/** Tells errors of the system apart by their code. */

/** Tells whether `error` is an error of the system with one of `codes`, such as ENOENT. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(`${error.code}`);
}
