/** The interface of security mechanisms: the GSS-API that remctl needs (RFC 2743). */
import type { AuthenticationCode, Credentials } from '@remctl/core';
import type { ResolvedHost } from '@remctl/krb5';

export { ContextFlag } from '@remctl/krb5';

export interface ContextOptions {
  /** The host's name as the connection used it: with `canonicalize`, the canonical one. */
  readonly host: string;
  /** The canonical name of `host`, and the one address that the connection went to. */
  readonly resolved: ResolvedHost;
  /** The server's principal; undefined for host/<host>. */
  readonly principal: string | undefined;
  readonly credentials: Credentials | undefined;
  /** Ends the context's own requests, such as those to KDCs. */
  readonly signal: AbortSignal;
}

export interface ContextStep {
  /** The token to send to the server, if there is one. */
  readonly token: Uint8Array | undefined;
  /** Whether the context is established and needs no further token. */
  readonly established: boolean;
}

export interface SecurityContext {
  /** The flags in force (`ContextFlag`). Final once the context is established. */
  readonly flags: number;
  /** The server's principal, as authenticated; undefined before the context is established. */
  readonly peer: string | undefined;
  /** The client's principal, as in its ticket; undefined before that too, or if the mechanism cannot know it. */
  readonly client?: string | undefined;
  /** When the ticket ends, by this machine's clock; undefined like `client`. */
  readonly expires?: Date | undefined;
  /** GSS_Init_sec_context: first with undefined, then with each token of the server. */
  step(token: Uint8Array | undefined): Promise<ContextStep>;
  /** GSS_Wrap with confidentiality. */
  wrap(message: Uint8Array): Uint8Array;
  /** GSS_Unwrap, into memory of its own. Throws unless the token is whole, in sequence and confidential. */
  unwrap(token: Uint8Array): Uint8Array;
  /** GSS_GetMIC. */
  getMic(message: Uint8Array): Uint8Array;
  /** GSS_VerifyMIC. Throws if the MIC is not the message's. */
  verifyMic(message: Uint8Array, mic: Uint8Array): void;
}

export interface SecurityMechanism {
  /** Part of the backend's name: `krb5` gives `pure/krb5`. */
  readonly name: string;
  /**
   * Throws RemctlUnsupportedError for credentials that the mechanism cannot use. A mechanism without this
   * method takes every kind.
   */
  checkCredentials?(credentials: Credentials): void;
  /** Makes an initiator's context that requests every flag of `ContextFlag` except DELEG. */
  createContext(options: ContextOptions): Promise<SecurityContext>;
  /** Words for an error of a context. Without this method, or without a result, its message serves. */
  reasonOf?(error: unknown): string | undefined;
  /** The name of what failed (`RemctlAuthenticationError.code`). Without this method there is none. */
  codeOf?(error: unknown): AuthenticationCode | undefined;
  /**
   * Whether another context may succeed after this error: the server refused a ticket from before, and the
   * mechanism takes another ticket now.
   */
  mayRetry?(error: unknown): boolean;
}
