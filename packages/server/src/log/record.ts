/** What a server logs. */

interface OfConnection {
  /** The client's numeric IP address. */
  readonly address: string;
}

interface OfClient extends OfConnection {
  readonly principal: string;
}

/** One event of a server. `type` tells the kinds apart. */
export type LogRecord =
  /** A command came. `command` is its arguments as text, masked, without control characters. */
  | (OfClient & { readonly type: 'command'; readonly command: readonly string[] })
  /** A command was refused; `reason` is remctld's sentence. */
  | (OfClient & { readonly type: 'refused'; readonly code: number; readonly reason: string })
  /** A command failed in the server: a function threw, a program did not start. */
  | (OfClient & {
      readonly type: 'failed';
      readonly command: readonly string[];
      readonly reason: string;
      readonly error: unknown;
    })
  /** A connection ended by a fault: before authentication without a principal. */
  | (OfConnection & {
      readonly type: 'connection';
      readonly principal?: string;
      readonly reason: string;
      readonly error?: unknown;
    })
  /** The server itself: a keytab that cannot be read again, an ACL file that is missing. */
  | { readonly type: 'server'; readonly reason: string; readonly error?: unknown };

/** Takes a server's records. It must not throw. */
export type Log = (record: LogRecord) => void;
