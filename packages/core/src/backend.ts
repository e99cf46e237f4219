/**
 * What a backend is: the smallest thing that can be swapped. It moves tokens for one connection;
 * checks, state, retries, port fall-back, results and errors' bookkeeping are core's.
 *
 * A backend need not defend itself against wrong use: core checks arguments before they get here,
 * calls one method of a connection at a time (`abort` and `close` excepted: they may come while
 * another waits), and never calls `receive` without a command whose end has not been received.
 */
import type { ServerToken } from './tokens.js';

/** Whose credentials authenticate the client. Without any, the Kerberos library's defaults hold. */
export type Credentials =
  | { readonly type: 'ccache'; readonly ccache: string }
  | { readonly type: 'keytab'; readonly keytab: string; readonly clientPrincipal: string }
  | { readonly type: 'password'; readonly password: string; readonly clientPrincipal: string };

/** How long an operation may wait. */
export interface Wait {
  /** Milliseconds the server may be silent, on the network, before RemctlTimeoutError; 0 for ever. */
  readonly timeoutMs: number;
}

export interface ConnectOptions extends Wait {
  /**
   * Milliseconds for the whole negotiation, from the TCP connection to the established context; always
   * above 0. Nobody has authenticated the server before its end, so its bytes extend no time-out.
   */
  readonly negotiateMs: number;
  /** A name or an address, without NUL, not empty. */
  readonly host: string;
  /** 1 to 65535. Core tries 4373, then 4444, when the caller gave none. */
  readonly port: number;
  /** The server's principal; undefined for host/<host>, realm by the domain-realm mapping. */
  readonly principal: string | undefined;
  readonly credentials: Credentials | undefined;
  /** A numeric IPv4 or IPv6 address; only addresses of its family are tried. */
  readonly sourceIp: string | undefined;
  /** Ends the connect at once; what was begun is cleaned up. `connect` rejects with its reason. */
  readonly signal: AbortSignal;
}

export interface Backend {
  /** For messages and matrices: `native`, `pure/krb5`. */
  readonly name: string;

  /**
   * Throws RemctlUnsupportedError for credentials that this backend cannot use, with the way out.
   * Called as soon as they are set. Without this method, every kind is taken.
   */
  checkCredentials?(credentials: Credentials): void;

  /**
   * Connects and authenticates: mutual authentication, confidentiality and integrity required.
   *
   * Errors:
   * - RemctlNetworkError with `phase` `resolve`, `connect` or `negotiate`. Core tries again, a bounded
   *   number of times, only where the phase is `negotiate`: the server dropped an open connection
   *   before a command was sent.
   * - RemctlTimeoutError, RemctlAuthenticationError, RemctlInvalidTokenError, RemctlUnsupportedError,
   *   RemctlBackendError.
   */
  connect(options: ConnectOptions): Promise<Connection>;
}

/** An authenticated connection. Broken once any of its methods has rejected; core then aborts it. */
export interface Connection {
  /**
   * The protocol agreed on: 1, or 2 for 2 and 3, which only an answer to NOOP tells apart
   * (specification, section 2.3). A connection of protocol 1 carries one command.
   */
  readonly protocol: 1 | 2;

  /**
   * Throws where the connection is known to be of no more use: RemctlNetworkError where the server has
   * ended it, RemctlInvalidTokenError where the server sent what nothing had asked for. It waits for
   * nothing. Core asks before every `send` and `noop`: what this throws for counts as not sent. Without
   * this method the two find out for themselves.
   */
  checkReady?(): void;

  /** Sends one command, whole: MESSAGE_COMMAND with keep-alive, continued where it is long. */
  send(command: readonly Uint8Array[], wait: Wait): Promise<void>;

  /** The next token of the command's answer. The caller owns the bytes. */
  receive(wait: Wait): Promise<ServerToken>;

  /**
   * Sends MESSAGE_NOOP and reads its answer. RemctlUnsupportedError, with the connection still
   * usable, where the server answers MESSAGE_VERSION or speaks protocol 1.
   */
  noop(wait: Wait): Promise<void>;

  /**
   * Ends in order: MESSAGE_QUIT, then the socket, released when this settles. Never rejects, never
   * hangs.
   */
  close(): Promise<void>;

  /** Ends at once. What waits rejects within 100 ms. May be called more than once, and after close. */
  abort(): void;
}
