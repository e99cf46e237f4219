/** The session's start (specification, section 2.1): context tokens, the fall-back to protocol 1, flags. */
import {
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlTimeoutError,
} from '@remctl/core';
import { bounded } from './bounded.js';
import type { Channel } from './channel.js';
import { TOKEN_MAX_LENGTH, TokenFlag } from './framing.js';
import { ContextFlag, type SecurityContext } from './mechanism.js';

const START = TokenFlag.NOOP | TokenFlag.CONTEXT_NEXT | TokenFlag.PROTOCOL;
const CONTEXT_V2 = TokenFlag.CONTEXT | TokenFlag.PROTOCOL;
const EMPTY = new Uint8Array();

const REQUIRED = [
  ['mutual authentication', ContextFlag.MUTUAL],
  ['confidentiality', ContextFlag.CONF],
  ['integrity', ContextFlag.INTEG],
] as const;

/** Kerberos takes one token of the server; mechanisms that negotiate another take a few. */
const MAX_CONTEXT_TOKENS = 16;
/** Octets of all of them. A Kerberos token has some hundreds. */
const MAX_CONTEXT_OCTETS = TOKEN_MAX_LENGTH;

export interface NegotiateOptions {
  /** The server's name and port, for messages. */
  readonly server: string;
  /** Milliseconds that the server may be silent; 0 for ever. */
  readonly timeoutMs: number;
  /** Milliseconds for all of it: the context with its requests to KDCs, and the server's tokens. */
  readonly negotiateMs: number;
  readonly signal: AbortSignal;
}

export interface Negotiated {
  readonly context: SecurityContext;
  readonly protocol: 1 | 2;
}

/** Whom the client waits for. */
type Awaited = 'kdc' | 'server';

/**
 * Establishes a context and gives the protocol agreed on. Only the server's first token may lack
 * TOKEN_PROTOCOL; one that drops it later is refused, as a possible down-negotiation. The flags are
 * required of protocol 1 as well.
 *
 * Nobody has authenticated the server yet: what it sends extends no time-out, and its tokens are bounded
 * in number and in length.
 *
 * Errors: RemctlTimeoutError of phase `negotiate` after `negotiateMs`; the signal's reason; what the
 * channel and the context reject with; RemctlInvalidTokenError for a token of wrong flags;
 * RemctlAuthenticationError for too many tokens, and for a context that lacks a flag. Where the time is
 * over, or the signal aborted, the caller must end the channel and the context.
 */
export function negotiate(
  channel: Channel,
  createContext: () => Promise<SecurityContext>,
  options: NegotiateOptions,
): Promise<Negotiated> {
  const { negotiateMs, signal } = options;
  let awaited: Awaited = 'kdc';
  const work = establish(channel, createContext, options, (next) => {
    awaited = next;
  });
  return bounded(work, { timeoutMs: negotiateMs, signal }, () =>
    awaited === 'kdc' ? kdcTooLate(options) : serverTooLate(options, channel),
  );
}

async function establish(
  channel: Channel,
  createContext: () => Promise<SecurityContext>,
  { server, timeoutMs }: NegotiateOptions,
  onWait: (awaited: Awaited) => void,
): Promise<Negotiated> {
  const context = await createContext();
  let protocol: 1 | 2 | undefined;
  let tokens = 0;
  let octets = 0;
  let step = await context.step(undefined);
  onWait('server');
  await channel.send(START, EMPTY, timeoutMs);
  for (;;) {
    if (step.token !== undefined) {
      const flags = protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_V2;
      await channel.send(flags, step.token, timeoutMs);
    }
    if (step.established) {
      break;
    }
    const reply = await channel.receive(timeoutMs);
    protocol ??= reply.flags === TokenFlag.CONTEXT ? 1 : 2;
    const expected = protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_V2;
    if (reply.flags !== expected) {
      throw new RemctlInvalidTokenError(
        `the server sent a token with flags 0x${reply.flags.toString(16)} while authenticating, not 0x${expected.toString(16)}`,
      );
    }
    tokens += 1;
    octets += reply.payload.length;
    if (tokens > MAX_CONTEXT_TOKENS || octets > MAX_CONTEXT_OCTETS) {
      throw new RemctlAuthenticationError(
        `${server} sent ${tokens} context tokens, ${octets} octets in all, and has not authenticated itself: check that it is a remctl server`,
      );
    }
    step = await context.step(reply.payload);
  }
  const missing = REQUIRED.filter(([, flag]) => (context.flags & flag) === 0);
  if (protocol === undefined || missing.length > 0) {
    const names = protocol === undefined ? 'an answer' : missing.map(([name]) => name).join(', ');
    throw new RemctlAuthenticationError(
      `the security context lacks ${names}: the server must grant mutual authentication, confidentiality and integrity`,
    );
  }
  return { context, protocol };
}

function kdcTooLate({ server, negotiateMs }: NegotiateOptions): RemctlTimeoutError {
  return new RemctlTimeoutError(
    `authentication to ${server} took more than ${negotiateMs / 1000} s: a KDC is silent or slow; ` +
      "check the realm's KDCs in krb5.conf, or set a longer time-out",
    { phase: 'negotiate' },
  );
}

function serverTooLate(options: NegotiateOptions, channel: Channel): RemctlTimeoutError {
  const { server, negotiateMs } = options;
  const { octets, silentMs } = channel.heard();
  const sent = octets === 0 ? '' : `sent ${octets} octets, then `;
  return new RemctlTimeoutError(
    `${server} did not authenticate itself within ${negotiateMs / 1000} s: ` +
      `it ${sent}was silent for ${(silentMs / 1000).toFixed(2)} s; ` +
      'look at the server and its log, or set a longer time-out',
    { phase: 'negotiate' },
  );
}
