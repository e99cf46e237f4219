/** The deadline of a negotiation, which no byte of the server extends. */
import { type ConnectOptions, RemctlTimeoutError } from '@remctl/core';
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
      const message = describe(target, ms, session.sent(), session.received());
      onEnd(new RemctlTimeoutError(message, { phase: 'negotiate' }));
    });
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(last);
  };
}

function describe({ host, port }: Target, ms: number, sent: number, received: number): string {
  const server = `${host} (port ${port})`;
  const seconds = `${ms / 1000} s`;
  if (received === 0 && sent <= BEFORE_CONTEXT_TOKEN) {
    return (
      `authentication to ${server} took more than ${seconds}: a KDC is silent or slow; ` +
      "check the realm's KDCs in krb5.conf, or set a longer time-out"
    );
  }
  const did =
    received === 0
      ? 'it was silent for all of it'
      : `it sent ${received} octets, and was silent for the rest of it`;
  return (
    `${server} did not authenticate itself within ${seconds}: ${did}; ` +
    'look at the server and its log, or set a longer time-out'
  );
}
