/** The deadline of a negotiation: nobody has authenticated the server before its end. */
import { type ConnectOptions, RemctlTimeoutError } from '@remctl/core';
import type { Session } from './addon.js';

/**
 * Bytes on the wire before the client's first context token: the initial token (specification, section
 * 2.1), with room for what systems count beside it.
 */
const BEFORE_CONTEXT_TOKEN = 16;

type Target = Pick<ConnectOptions, 'host' | 'port' | 'timeoutMs' | 'negotiateMs'>;

/**
 * Calls `onEnd` with a RemctlTimeoutError once the negotiation, which begins now, has had its time, however
 * many bytes came meanwhile. Returns what ends the watch.
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
    // What has arrived while this program was busy is handed over first: it may be the end.
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
