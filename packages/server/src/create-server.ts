/** Creates a remctl server. */
import type { ServerOptions } from './server-options.js';

export interface ListenOptions {
  /** 4373 by default; 0 for a free port. */
  readonly port?: number | undefined;
  /** A name or a numeric address to listen on; all addresses of the machine by default. */
  readonly host?: string | undefined;
}

/** Where a server listens. */
export interface ServerAddress {
  /** The numeric address. */
  readonly host: string;
  readonly port: number;
}

/** A remctl server. `await using server = createServer(…)` closes it at the end of the block. */
export interface Server extends AsyncDisposable {
  /**
   * Reads the keytab, checks the commands, and begins to listen. Throws an Error that says what to do if one
   * of them cannot be used, if the port cannot be had, if the server listens already, or once it is closed.
   */
  listen(options?: ListenOptions): Promise<ServerAddress>;
  /**
   * Stops listening, lets running commands go on for `limits.grace` seconds, aborts them then, and ends all
   * connections. Never rejects. Every call settles when the server has closed.
   */
  close(): Promise<void>;
  /** Ends all connections at once, in the middle of whatever they do. The server goes on listening. */
  drop(): void;
  /** The number of connections. */
  readonly connections: number;
}

/** Creates a server. Nothing happens before `listen`. Throws TypeError and RangeError for its options. */
export function createServer(_options: ServerOptions): Server {
  throw new Error('createServer is not written yet');
}
