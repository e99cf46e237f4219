/** A context around what is known of it so far. */
import { GssStatus } from '../error-codes.js';
import { GssError } from '../errors.js';
import type { MessageProtection } from './message-tokens.js';
import type { SecurityContext } from './security-context.js';

/** What an established context knows. */
export interface Established {
  readonly protection: MessageProtection;
  readonly flags: number;
  readonly peer: string;
  readonly expires: Date;
}

/** A context of which all but `step` works once `established` gives something. */
export function contextShell<Step>(
  established: () => Established | undefined,
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
    get expires() {
      return established()?.expires;
    },
    wrap: (message) => protection().wrap(message),
    unwrap: (token) => protection().unwrap(token),
    getMic: (message) => protection().getMic(message),
    verifyMic: (message, mic) => protection().verifyMic(message, mic),
  };
}
