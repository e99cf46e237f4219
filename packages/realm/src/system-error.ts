/** Recognises the system's errors by their code. */

/** Returns whether `error` is a system error with one of `codes`, for example ENOENT. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(`${error.code}`);
}
