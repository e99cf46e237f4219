/** The deadline of a negotiation, which no byte of the server extends. */
import type { ConnectOptions, RemctlTimeoutError } from '@remctl/core';
import { negotiationTimedOut } from '@remctl/core/failures';
import type { Session } from './addon.js';

/**
 * Bytes that a system may count as sent before the client's first context token: those of the
 * initial token (protocol, section 2.1), and a few more that systems add.
 */
const BEFORE_CONTEXT_TOKEN = 16;

type Target = Pick<ConnectOptions, 'host' | 'port' | 'timeoutMs' | 'negotiateMs'>;

/**
 * Starts the deadline of a negotiation that begins now, and returns the function that cancels it.
 *
 * Calls `onEnd` with a RemctlTimeoutError after `timeoutMs` or `negotiateMs` milliseconds,
 * whichever is shorter; a `timeoutMs` of 0 does not count. The bytes that arrive meanwhile do not
 * matter: nobody has authenticated the server yet.
 */
export function endsAfter(
  target: Target,
  session: Pick<Session, 'sent' | 'received'>,
  onEnd: (error: RemctlTimeoutError) => void,
): () => void {
  const { negotiateMs, timeoutMs } = target;
  const ms = timeoutMs === 0 ? negotiateMs : Math.min(timeoutMs, negotiateMs);
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Events that arrived while this program was busy come first: the negotiation may have ended.
    last = setImmediate(() => {
      const received = session.received();
      const waitsForKdc = received === 0 && session.sent() <= BEFORE_CONTEXT_TOKEN;
      const awaited = waitsForKdc ? 'kdc' : 'server';
      onEnd(negotiationTimedOut(target, ms, { awaited, received }));
    });
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(last);
  };
}
