/**
 * What authenticates a connection and protects its messages: GSS-API (RFC 2743), as far as remctl
 * needs it.
 */
import type { Credentials } from '@remctl/core';
import type { ResolvedHost } from '@remctl/krb5';

/** Context flags (RFC 2744, section 3.1's GSS_C_*_FLAG), as a bit set. */
export const ContextFlag = {
  MUTUAL: 2,
  REPLAY: 4,
  SEQUENCE: 8,
  CONF: 16,
  INTEG: 32,
} as const;

export interface ContextOptions {
  readonly host: string;
  /** What the system knows of `host`: its canonical name belongs to the address that was connected to. */
  readonly resolved: ResolvedHost;
  /** The server's principal; undefined for host/<host>. */
  readonly principal: string | undefined;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

export interface ContextStep {
  /** What to send to the server, if anything. */
  readonly token: Uint8Array | undefined;
  /** Whether the context stands and no further token is expected. */
  readonly established: boolean;
}

export interface SecurityContext {
  /** The flags in force (`ContextFlag`); final once the context is established. */
  readonly flags: number;
  /** The server's principal, as authenticated; undefined before the context is established. */
  readonly peer: string | undefined;
  /** GSS_Init_sec_context: first with undefined, then with each of the server's tokens. */
  step(token: Uint8Array | undefined): Promise<ContextStep>;
  /** GSS_Wrap with confidentiality. */
  wrap(message: Uint8Array): Uint8Array;
  /** GSS_Unwrap into bytes of their own. Throws unless the token is whole, in sequence and confidential. */
  unwrap(token: Uint8Array): Uint8Array;
  /** GSS_GetMIC. */
  getMic(message: Uint8Array): Uint8Array;
  /** GSS_VerifyMIC. Throws where the MIC is not the message's. */
  verifyMic(message: Uint8Array, mic: Uint8Array): void;
}

export interface SecurityMechanism {
  /** For the backend's name: `krb5` gives `pure/krb5`. */
  readonly name: string;
  /** Throws RemctlUnsupportedError for credentials that it cannot use. Without it, every kind is taken. */
  checkCredentials?(credentials: Credentials): void;
  /** An initiator's context that requests every flag of `ContextFlag`. */
  createContext(options: ContextOptions): Promise<SecurityContext>;
}
