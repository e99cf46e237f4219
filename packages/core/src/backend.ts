/**
 * The interface of backends: what moves tokens for one connection.
 *
 * Core does the rest: checks, state, retries, the fall-back to the legacy port, results. A backend need not
 * defend itself against wrong use. Core checks arguments before a backend gets them. Core calls one method
 * of a connection at a time, except `abort` and `close`, which it may call while another waits. Core calls
 * `receive` only while an answer has not been received to its end.
 */
import type { ServerToken } from './tokens.js';

/** What authenticates the client. Without any, the Kerberos library's defaults apply. */
export type Credentials =
  | { readonly type: 'ccache'; readonly ccache: string }
  | { readonly type: 'keytab'; readonly keytab: string; readonly clientPrincipal: string }
  | { readonly type: 'password'; readonly password: string; readonly clientPrincipal: string };

/** How long an operation may wait. */
export interface Wait {
  /** Milliseconds that the server may be silent on the network before RemctlTimeoutError; 0 sets no limit. */
  readonly timeoutMs: number;
}

export interface ConnectOptions extends Wait {
  /**
   * Milliseconds for the whole negotiation, from the TCP connection to the established context. Always above
   * 0. The server's bytes do not extend it: nobody has authenticated the server yet.
   */
  readonly negotiateMs: number;
  /** A name or an address, without NUL, not empty. */
  readonly host: string;
  /** 1 to 65535. If the caller gave none, core tries 4373, then 4444. */
  readonly port: number;
  /** The server's principal; undefined for host/<host>, in the realm that krb5.conf maps it to. */
  readonly principal: string | undefined;
  /** Whether to connect to the host's canonical name, and to ask for the principal of that name. */
  readonly canonicalize: boolean;
  readonly credentials: Credentials | undefined;
  /** A numeric IPv4 or IPv6 address. Only the host's addresses of its family are tried. */
  readonly sourceIp: string | undefined;
  /** Ends the connect at once and releases what it holds. `connect` then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Gets told how the connect goes, if somebody listens. A backend may leave it alone. */
  readonly observer?: ConnectObserver | undefined;
}

/** What a backend may tell while it connects, for the channels of `node:diagnostics_channel`. */
export interface ConnectObserver {
  /** The TCP connection to this numeric address is open. Authentication begins. */
  onConnected(address: string): void;
  /** The server refused a ticket with `error`, and the backend connects again with another one. */
  onNewTicket(error: unknown): void;
}

/** What a backend knows of an authenticated connection. */
export interface ConnectionDetails {
  /** The numeric address that the connection leads to. */
  readonly address?: string | undefined;
  /** The principal that the server has proved to be. */
  readonly serverPrincipal?: string | undefined;
  /** The principal that the server knows the client by. */
  readonly clientPrincipal?: string | undefined;
  /** When the server's ticket ends, by this machine's clock. */
  readonly ticketEnd?: Date | undefined;
}

export interface Backend {
  /** Named in messages and matrices: `native`, `pure/krb5`. */
  readonly name: string;

  /**
   * Throws RemctlUnsupportedError for credentials that the backend cannot use, and says what to do instead.
   * Core calls it as soon as credentials are set. A backend without this method takes every kind.
   */
  checkCredentials?(credentials: Credentials): void;

  /**
   * Connects and authenticates. Mutual authentication, confidentiality and integrity are required.
   *
   * Throws RemctlNetworkError with `phase` `resolve`, `connect` or `negotiate`, RemctlTimeoutError,
   * RemctlAuthenticationError, RemctlInvalidTokenError, RemctlUnsupportedError and RemctlBackendError. Make
   * them with `@remctl/core/failures` if it has the condition. Core tries again, a bounded number of times,
   * only if the phase is `negotiate`: the server dropped an open connection before a command was sent.
   */
  connect(options: ConnectOptions): Promise<Connection>;
}

/** An authenticated connection. Once a method has thrown, the connection is broken and core aborts it. */
export interface Connection {
  /**
   * The protocol agreed on: 1, or 2. 2 stands for 2 and 3, which only the answer to a NOOP tells apart
   * (protocol, section 2.3). A connection of protocol 1 carries one command.
   */
  readonly protocol: 1 | 2;

  /** What the backend knows of the connection, for `Remctl.connection`. What it cannot know is left out. */
  readonly details?: ConnectionDetails | undefined;

  /**
   * Throws if the connection is known to be of no more use: RemctlNetworkError if the server has ended it,
   * RemctlInvalidTokenError if the server sent something that nothing had asked for. Waits for nothing. Core
   * calls it before every `send` and `noop`: a command counts as not sent if this throws. In a backend
   * without this method, `send` and `noop` find out.
   */
  checkReady?(): void;

  /** Sends one command, whole: MESSAGE_COMMAND with keep-alive, continued if the command is long. */
  send(command: readonly Uint8Array[], wait: Wait): Promise<void>;

  /** Returns the next token of the command's answer. The caller owns its bytes. */
  receive(wait: Wait): Promise<ServerToken>;

  /**
   * Sends MESSAGE_NOOP and reads its answer. Throws RemctlUnsupportedError if the server answers
   * MESSAGE_VERSION or speaks protocol 1. The connection stays usable then.
   */
  noop(wait: Wait): Promise<void>;

  /** Ends in order: MESSAGE_QUIT, then the socket, which is released when this settles. Never throws or hangs. */
  close(): Promise<void>;

  /** Ends at once. A call that waits throws within 100 ms. May be called repeatedly, and after `close`. */
  abort(): void;
}
