/** The texts that clients get with an error. They are remctld's if remctld has the error. */

export const INVALID_TOKEN = 'Invalid token';
export const INVALID_COMMAND = 'Invalid command token';
export const TOO_MUCH_DATA = 'Too much data';
export const TOO_MANY_ARGUMENTS = 'Too many arguments';
export const UNKNOWN_COMMAND = 'Unknown command';
export const ACCESS_DENIED = 'Access denied';
export const NO_HELP = 'No help defined for command';
export const TOO_MANY_HELP_ARGUMENTS = 'Too many arguments for help command';
export const INTERNAL_FAILURE = 'Internal failure';
/** remctld has no time-out for commands. */
export const TIMED_OUT = 'Command timed out';
