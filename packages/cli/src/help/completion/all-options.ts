/** The options of the table in one list, as completion scripts need them. */
import { OPTION_TABLE, type OptionEntry } from '../../options/option-table.js';

export const ALL_OPTIONS: readonly OptionEntry[] = OPTION_TABLE.flatMap(({ options }) => options);

/** Options that name the servers: no host stands before the command then. */
export const NAMES_SERVERS = ['hosts', 'hosts-file', 'discover'] as const;

/** Returns the names with their hyphens: `-p` and `--port`. */
export function namesOf({ short, long }: OptionEntry): string[] {
  return [
    ...(short === undefined ? [] : [`-${short}`]),
    ...(long === undefined ? [] : [`--${long}`]),
  ];
}
