/** A running test realm, as tests see it. */
import type { TestKdc } from '../kdc/test-kdc.js';

/** A user, with all that proves who they are. */
export interface TestUser {
  /** The principal without its realm, such as `alice`. */
  readonly name: string;
  /** The principal, such as `alice@REMCTL.TEST`. */
  readonly principal: string;
  readonly password: string;
  /** The credential cache's name: `FILE:` and a path. It holds a ticket-granting ticket. */
  readonly ccache: string;
  /** The path of a keytab with the user's keys. */
  readonly keytab: string;
}

/** Which of the service's keys its keytab holds after a change. */
export type KeptKeys = 'both' | 'new' | 'old';

/** The realm's remctl server. */
export interface TestServer {
  /** The path of the keytab that the server reads. */
  readonly keytab: string;
  /** The number of connections. */
  readonly connections: number;
  /**
   * Ends all connections at once, in the middle of whatever they do. The server goes on listening. Settles when
   * clients in this process have noticed.
   */
  drop(): Promise<void>;
  /** Ends all connections at once and stops listening: clients are refused. */
  stop(): Promise<void>;
  /** Listens again, on the same port. Throws an Error if another program has taken it meanwhile. */
  start(): Promise<void>;
  /** Sets the server's clock this many seconds ahead of this machine's; below 0 behind it. */
  skew(seconds: number): void;
  /**
   * Gives the service a new key at the KDC. The server's keytab then holds `both` keys, as after ktadd: tickets
   * of the old key go on. With `new` the server refuses those. With `old` the server lacks the new key, as if
   * nobody had updated its keytab.
   */
  changeKey(keytab?: KeptKeys): Promise<void>;
}

/** What `createClient()` and `remctl()` need to reach the server as a user. */
export interface TestClientOptions {
  readonly host: string;
  readonly port: number;
  readonly principal: string;
  readonly ccache: string;
}

/** A realm whose users the server authenticates too. */
export interface TrustedTestRealm<Name extends string> {
  /** The realm's name. */
  readonly name: string;
  readonly kdc: TestKdc;
  readonly users: Readonly<Record<Name, TestUser>>;
}

/**
 * A running realm. `await using realm = await startTestRealm(…)` disposes of it. A realm that nobody has
 * disposed of does not keep the process alive.
 */
export interface TestRealm<Name extends string, TrustedName extends string = never>
  extends AsyncDisposable {
  /** The realm's name. */
  readonly name: string;
  /** The folder of all its files, with mode 0700. */
  readonly folder: string;
  /** The host to connect to: `localhost`. */
  readonly host: string;
  /** The server's port. */
  readonly port: number;
  /** The server's principal: `host/localhost@` and the realm. */
  readonly principal: string;
  /** The path of the realm's krb5.conf. */
  readonly krb5Conf: string;
  readonly users: Readonly<Record<Name, TestUser>>;
  readonly kdc: TestKdc;
  readonly server: TestServer;
  /** The realm of the option `trusts`; undefined without it. */
  readonly trusted: [TrustedName] extends [never] ? undefined : TrustedTestRealm<TrustedName>;
  /** The environment for child processes of the first user: see `envFor`. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Returns the environment for child processes of a user: this process's, with the realm's files for every
   * Kerberos program (KRB5_CONFIG, KRB5CCNAME, KRB5_KTNAME, KRB5RCACHENAME), and REMCTL_TEST_HOST,
   * REMCTL_TEST_PORT, REMCTL_TEST_PRINCIPAL and REMCTL_TEST_FOLDER. Without an argument: of the first user.
   */
  envFor(user?: Name | TestUser): NodeJS.ProcessEnv;
  /** Returns the variables alone that `envFor` sets, and undefined for those that it removes. */
  variablesFor(user?: Name | TestUser): Readonly<Record<string, string | undefined>>;
  /** Returns the options of a client that is this user; the first one by default. Needs `useHere()`. */
  clientOptions(user?: Name | TestUser): TestClientOptions;
  /**
   * Makes this process's Kerberos programs use the realm, as this user; the first one by default. Returns a
   * function that undoes it, and `dispose()` undoes it too. Several realms may be in use at once.
   */
  useHere(user?: Name | TestUser): () => void;
  /**
   * Puts a new ticket-granting ticket into the user's cache. It lasts for `lifetime` seconds, by default the
   * option `ticketLifetime`; below 0 it ended so many seconds ago.
   */
  kinit(user: Name | TestUser, lifetime?: number): Promise<void>;
  /** Makes the user's ticket one that has expired. */
  expireTicket(user: Name | TestUser): Promise<void>;
  /** Removes the user's cache: there is no ticket. */
  kdestroy(user: Name | TestUser): Promise<void>;
  /** Sets the clocks of KDC and server this many seconds ahead of this machine's; below 0 behind it. */
  skew(seconds: number): void;
  /** Ends everything, removes the folder, and undoes every `useHere()`. May be called repeatedly. */
  dispose(): Promise<void>;
}
