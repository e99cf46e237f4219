/** The session's start (specification, section 2.1): context tokens, the fall-back to protocol 1, flags. */
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlTimeoutError,
} from '@remctl/core';
import { type Bounds, bounded } from './bounded.js';
import type { Channel } from './channel.js';
import { TokenFlag } from './framing.js';
import { ContextFlag, type SecurityContext } from './mechanism.js';

const START = TokenFlag.NOOP | TokenFlag.CONTEXT_NEXT | TokenFlag.PROTOCOL;
const CONTEXT_V2 = TokenFlag.CONTEXT | TokenFlag.PROTOCOL;
const EMPTY = new Uint8Array();

const REQUIRED = [
  ['mutual authentication', ContextFlag.MUTUAL],
  ['confidentiality', ContextFlag.CONF],
  ['integrity', ContextFlag.INTEG],
] as const;

/**
 * Establishes the context and gives the protocol agreed on. Only the server's first token may lack
 * TOKEN_PROTOCOL; one that drops it later is refused, as a possible down-negotiation. The flags are
 * required of protocol 1 as well. The time-out holds for the server's silence, and for each step of the
 * context, which may ask KDCs.
 */
export async function negotiate(
  channel: Channel,
  context: SecurityContext,
  bounds: Bounds,
): Promise<1 | 2> {
  const { timeoutMs } = bounds;
  const stepWith = (token: Uint8Array | undefined) =>
    bounded(
      context.step(token),
      bounds,
      () =>
        new RemctlTimeoutError(
          `authentication took more than ${timeoutMs / 1000} s: a KDC may be silent`,
          { phase: 'negotiate' },
        ),
    );
  let protocol: 1 | 2 | undefined;
  let step = await stepWith(undefined);
  await channel.send(START, EMPTY, timeoutMs);
  for (;;) {
    if (step.token !== undefined) {
      const flags = protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_V2;
      await channel.send(flags, step.token, timeoutMs);
    }
    if (step.established) break;
    const reply = await channel.receive(timeoutMs);
    protocol ??= reply.flags === TokenFlag.CONTEXT ? 1 : 2;
    const expected = protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_V2;
    if (reply.flags !== expected) {
      throw new RemctlInvalidTokenError(
        `the server sent a token with flags 0x${reply.flags.toString(16)} while authenticating, not 0x${expected.toString(16)}`,
      );
    }
    step = await stepWith(reply.payload);
  }
  const missing = REQUIRED.filter(([, flag]) => (context.flags & flag) === 0);
  if (protocol === undefined || missing.length > 0) {
    const names = protocol === undefined ? 'an answer' : missing.map(([name]) => name).join(', ');
    throw new RemctlAuthenticationError(
      `the security context lacks ${names}: the server must grant mutual authentication, confidentiality and integrity`,
    );
  }
  return protocol;
}
