/** What both sides of a context have in common (RFC 2743, section 1.2; RFC 4121). */
import type { MessageProtection } from './message-tokens.js';

/** What a call of `step` yields. */
export interface ContextStep {
  /** What to send to the peer, if anything. */
  readonly token: Uint8Array | undefined;
  /** Whether the context stands and no further token is expected. */
  readonly established: boolean;
}

/**
 * A context of either side. Messages are protected once it is established; before that, `wrap` and its
 * like throw GssError GSS_S_NO_CONTEXT. They are synchronous. Not for concurrent calls of `step`.
 */
export interface SecurityContext extends MessageProtection {
  /** The flags in force (`ContextFlag`); final once the context is established, 0 before. */
  readonly flags: number;
  /** The peer's principal, as authenticated; undefined before the context is established. */
  readonly peer: string | undefined;
  /** When the ticket ends, by this machine's clock; undefined before the context is established. */
  readonly expires: Date | undefined;
}
