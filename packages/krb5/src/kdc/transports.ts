/** One request to one KDC's address, by UDP, TCP or HTTPS. */
import type { AcceptAnswer, KdcAddress, Transport } from './kdc.js';
import { exchangeByTcp } from './tcp.js';
import { exchangeByUdp } from './udp.js';

/**
 * Sends `request` to one address and waits for an answer until `signal` aborts. `abandoned` aborts
 * when nobody waits any more. Throws the signal's reason or the socket's error. The socket does not
 * keep the process alive: the caller who waits does.
 */
type Exchange = <T>(
  address: KdcAddress,
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  signal: AbortSignal,
  abandoned: AbortSignal,
) => Promise<T>;

/** The exchange of each transport. */
export const exchangeBy: Readonly<Record<Transport, Exchange>> = {
  udp: exchangeByUdp,
  tcp: exchangeByTcp,
  // Few clients have a KDC proxy, and node:https takes milliseconds to load.
  https: async (...args) => (await import('./https.js')).exchangeByHttps(...args),
};
