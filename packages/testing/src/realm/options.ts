/** The options of a test realm. */
import type { Limits, Log, ServerCommand } from '@remctl/server';

/** What a user of the realm may be given. */
export interface TestUserOptions {
  /** The user's password; a random one by default. */
  readonly password?: string | undefined;
}

/** The users: their names, or their names with options. A name is a principal without its realm. */
export type TestUsers<Name extends string> =
  | readonly Name[]
  | { readonly [Each in Name]: TestUserOptions };

/** A second realm, whose users the realm's server authenticates too. */
export interface TrustedRealmOptions<Name extends string> {
  /** The realm's name. By default PARTNER.TEST, or PARTNER-2.TEST and so on beside others of this process. */
  readonly realm?: string | undefined;
  readonly users: TestUsers<Name>;
}

export interface TestRealmOptions<Name extends string, TrustedName extends string = never> {
  /**
   * The server's commands: functions and programs; the first that matches is run. By default there are none,
   * and every command is answered by ERROR_UNKNOWN_COMMAND. A command needs `access`; `['ANYUSER']` lets all
   * users of the realm.
   */
  readonly commands?: readonly ServerCommand[] | undefined;
  /** The users, at least one. By default there is one: alice. */
  readonly users?: TestUsers<Name> | undefined;
  /** The realm's name. By default REMCTL.TEST, or REMCTL-2.TEST and so on beside other realms of this process. */
  readonly realm?: string | undefined;
  /** The server's port; a free one by default. */
  readonly port?: number | undefined;
  /** A second realm: the two trust each other. */
  readonly trusts?: TrustedRealmOptions<TrustedName> | undefined;
  /** Seconds of the users' tickets; ten hours by default. */
  readonly ticketLifetime?: number | undefined;
  /** Lets clients use protocol 1. False by default. */
  readonly protocol1?: boolean | undefined;
  /** Limits of the server that differ from `DEFAULT_LIMITS` of @remctl/server. */
  readonly limits?: Partial<Limits> | undefined;
  /**
   * Gets all records of the server. By default failures alone go to standard error: a command that threw,
   * with its stack, and a program that did not start.
   */
  readonly log?: Log | undefined;
}
