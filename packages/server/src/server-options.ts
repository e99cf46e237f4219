/** The options of a server. */
import type { ServerCommand } from './commands/command.js';
import type { Limits } from './limits.js';
import type { Log } from './log/record.js';

export interface ServerOptions {
  /** The keytab with the server's keys: a path, or `FILE:/path`. The server reads it again when it changes. */
  readonly keytab: string;
  /** The only principal that clients may name; every principal of the keytab without it. */
  readonly principal?: string | undefined;
  /** The commands. The first that matches is run. */
  readonly commands: readonly ServerCommand[];
  /** Lets clients use protocol 1, which old clients need. False by default. */
  readonly protocol1?: boolean | undefined;
  /** Gets the server's records; by default they are written to standard error, as remctld's lines. */
  readonly log?: Log | undefined;
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits> | undefined;
  /** Seconds that a client's clock may differ from the server's; 300 by default. */
  readonly clockskew?: number | undefined;
  /** The server's clock, in milliseconds since 1970, for tests of clocks; Date.now by default. */
  readonly now?: (() => number) | undefined;
}
