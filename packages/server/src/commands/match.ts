/** Finds the command that a client asks for. */

interface Names {
  readonly command: string;
  readonly subcommand: string;
}

/**
 * Returns the first of `commands` that matches, as remctld looks for it (remctld(8), "CONFIGURATION FILE"):
 * `ALL` matches every name, and `EMPTY` a command without a subcommand. A client that sends one of these words
 * as its subcommand matches it too. The names are texts of one character for each byte.
 */
export function findCommand<Found extends Names>(
  commands: readonly Found[],
  command: string,
  subcommand: string | undefined,
): Found | undefined {
  const sought = subcommand ?? 'EMPTY';
  return commands.find(
    (each) =>
      (each.command === 'ALL' || each.command === command) &&
      (each.subcommand === 'ALL' || each.subcommand === sought),
  );
}
