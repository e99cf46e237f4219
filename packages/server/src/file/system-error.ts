/** What messages say of an error. */

/** Returns a system error's name, such as `ENOENT`; undefined for other errors. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Returns an error's own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the reason for a message: a system error's name, or the error's own words. */
export function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? messageOf(error);
}
