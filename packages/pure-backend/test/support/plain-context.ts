/** A security context that protects nothing. */
import { ContextFlag, type SecurityContext } from '../../src/mechanism.js';

/** Every flag of a context. */
export const ALL_FLAGS = Object.values(ContextFlag).reduce<number>((all, flag) => all | flag, 0);

/** Makes a context that is established after `rounds` tokens of the server, and sends as many. */
export function plainContext(rounds: number, flags = ALL_FLAGS): SecurityContext {
  let steps = 0;
  return {
    flags,
    peer: undefined,
    async step() {
      steps += 1;
      return steps > rounds
        ? { token: undefined, established: true }
        : { token: Buffer.from('token'), established: false };
    },
    wrap: (message) => message,
    unwrap: (token) => Uint8Array.from(token),
    getMic: (message) => message,
    verifyMic(message, mic) {
      if (Buffer.compare(message, mic) !== 0) {
        throw new Error('wrong MIC');
      }
    },
  };
}
