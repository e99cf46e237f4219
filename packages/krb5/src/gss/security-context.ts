/** A security context of either side (RFC 2743, section 1.2; RFC 4121). */
import { GssStatus } from '../error-codes.js';
import { GssError } from '../errors.js';
import type { MessageProtection } from './message-tokens.js';

/** The result of a call of `step`. */
export interface ContextStep {
  /** The token to send to the peer, if there is one. */
  readonly token: Uint8Array | undefined;
  /** Whether the context is established and expects no further token. */
  readonly established: boolean;
}

/**
 * A context of either side. Its message methods are synchronous. Before the context is established,
 * they throw GssError GSS_S_NO_CONTEXT. `step` must not be called again before its last call has
 * ended.
 */
export interface SecurityContext extends MessageProtection {
  /** The flags in force (`ContextFlag`); final once the context is established, 0 before. */
  readonly flags: number;
  /** The peer's principal, as authenticated; undefined before the context is established. */
  readonly peer: string | undefined;
  /** The initiator's principal, as in the ticket; undefined before the context is established. */
  readonly client: string | undefined;
  /** When the ticket ends, by this machine's clock; undefined before the context is established. */
  readonly expires: Date | undefined;
}

/** What the two sides have agreed on once the context is established. */
export interface EstablishedState {
  readonly protection: MessageProtection;
  readonly flags: number;
  readonly peer: string;
  readonly client: string;
  readonly expires: Date;
}

/**
 * Makes a context. Everything but `step` throws or is empty until `established()` returns a value.
 */
export function createSecurityContext<Step>(
  established: () => EstablishedState | undefined,
  step: Step,
): SecurityContext & { readonly step: Step } {
  const protection = (): MessageProtection => {
    const state = established();
    if (state === undefined) {
      throw new GssError(
        GssStatus.GSS_S_NO_CONTEXT,
        'the context is not established: call step until it is',
      );
    }
    return state.protection;
  };
  return {
    step,
    get flags() {
      return established()?.flags ?? 0;
    },
    get peer() {
      return established()?.peer;
    },
    get client() {
      return established()?.client;
    },
    get expires() {
      return established()?.expires;
    },
    wrap: (message) => protection().wrap(message),
    unwrap: (token) => protection().unwrap(token),
    getMic: (message) => protection().getMic(message),
    verifyMic: (message, mic) => protection().verifyMic(message, mic),
  };
}
