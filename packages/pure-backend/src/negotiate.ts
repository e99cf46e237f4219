/** Establishes the security context and the protocol (protocol, section 2.1). */
import { RemctlAuthenticationError } from '@remctl/core';
import {
  type NegotiationProgress,
  negotiationTimedOut,
  type Server,
  serverName,
  unexpectedToken,
} from '@remctl/core/failures';
import {
  CONTEXT_TOKEN_FLAGS,
  FIRST_TOKEN_FLAGS,
  TOKEN_MAX_LENGTH,
  TokenFlag,
} from '@remctl/core/wire';
import { bounded } from './bounded.js';
import type { Channel } from './channel.js';
import { ContextFlag, type SecurityContext } from './mechanism.js';
import { flagsText } from './seal.js';

const EMPTY = new Uint8Array();

const REQUIRED = [
  ['mutual authentication', ContextFlag.MUTUAL],
  ['confidentiality', ContextFlag.CONF],
  ['integrity', ContextFlag.INTEG],
] as const;

/** Kerberos needs one token of the server. A mechanism that negotiates another needs a few. */
const MAX_CONTEXT_TOKENS = 16;
/** Bytes of all context tokens. A Kerberos token has some hundreds. */
const MAX_CONTEXT_BYTES = TOKEN_MAX_LENGTH;

export interface NegotiateOptions {
  /** Named in errors. */
  readonly server: Server;
  /** Milliseconds that the server may be silent; 0 sets no limit. */
  readonly timeoutMs: number;
  /** Milliseconds for the whole negotiation, requests to KDCs included. */
  readonly negotiateMs: number;
  readonly signal: AbortSignal;
}

export interface Negotiated {
  readonly context: SecurityContext;
  readonly protocol: 1 | 2;
}

type Awaited = NegotiationProgress['awaited'];

/**
 * Establishes a context and returns the protocol agreed on. Only the server's first token may lack
 * TOKEN_PROTOCOL. A server that drops it later is refused: that may be a down-negotiation. Mutual
 * authentication, confidentiality and integrity are required in protocol 1 too.
 *
 * Nobody has authenticated the server yet. So its bytes extend no time-out, and its tokens are bounded in
 * number and length.
 *
 * Throws RemctlTimeoutError of phase `negotiate` after `negotiateMs`, the signal's reason, the errors of the
 * channel and of the context, RemctlInvalidTokenError if a token has wrong flags, and
 * RemctlAuthenticationError if there are too many tokens or the context lacks a flag. After a time-out or an
 * abort the caller must end the channel and the context.
 */
export function negotiate(
  channel: Channel,
  createContext: () => Promise<SecurityContext>,
  options: NegotiateOptions,
): Promise<Negotiated> {
  const { server, negotiateMs, signal } = options;
  let awaited: Awaited = 'kdc';
  const work = establish(channel, createContext, options, (next) => {
    awaited = next;
  });
  return bounded(work, { timeoutMs: negotiateMs, signal }, () =>
    negotiationTimedOut(server, negotiateMs, { awaited, received: channel.received() }),
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
  let bytes = 0;
  let step = await context.step(undefined);
  onWait('server');
  await channel.send(FIRST_TOKEN_FLAGS, EMPTY, timeoutMs);
  for (;;) {
    if (step.token !== undefined) {
      const flags = protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_TOKEN_FLAGS;
      await channel.send(flags, step.token, timeoutMs);
    }
    if (step.established) {
      break;
    }
    const reply = await channel.receive(timeoutMs);
    protocol ??= reply.flags === TokenFlag.CONTEXT ? 1 : 2;
    const expected = protocol === 1 ? TokenFlag.CONTEXT : CONTEXT_TOKEN_FLAGS;
    if (reply.flags !== expected) {
      throw unexpectedToken(
        `the server sent a token with flags ${flagsText(reply.flags)} while authenticating, not ${flagsText(expected)}`,
      );
    }
    tokens += 1;
    bytes += reply.payload.length;
    if (tokens > MAX_CONTEXT_TOKENS || bytes > MAX_CONTEXT_BYTES) {
      throw new RemctlAuthenticationError(
        `${serverName(server)} sent ${tokens} context tokens, ${bytes} bytes in all, and has not authenticated itself: check that it is a remctl server`,
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
