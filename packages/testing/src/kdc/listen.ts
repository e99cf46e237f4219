/** Has a KDC listen on one loopback port, by UDP and TCP. */

import { once } from 'node:events';
import { isIP, isIPv4 } from 'node:net';
import { isNativeError } from 'node:util/types';
import { hasCode } from '../has-code.js';
import type { KdcState } from './kdc-state.js';
import { type Answer, tcpService } from './tcp.js';
import { udpService } from './udp.js';

/** Attempts to find a port that is free for both: another process may have one of the two. */
const PORT_ATTEMPTS = 20;
const MAX_PORT = 65_535;

export interface ListenOptions {
  /** A loopback address: 127.0.0.0/8 or ::1. */
  readonly host: string;
  /** 0 is any port that is free for both. */
  readonly port: number;
  /** The most bytes of an answer by UDP. */
  readonly maxUdpAnswer: number;
  /** Answers a request of a transport. Never rejects. */
  readonly answer: (
    message: Uint8Array,
    transport: 'udp' | 'tcp',
  ) => Promise<Uint8Array | undefined>;
}

/** A KDC that listens. */
export interface Listening {
  readonly port: number;
  /** Stops listening and cuts all connections. */
  close(): Promise<void>;
}

/**
 * Throws Error if `host` is not a numeric loopback address. A name is refused too: a hosts file may
 * lead it elsewhere.
 */
export function checkLoopback(host: string): void {
  const isLoopback = isIPv4(host) ? host.startsWith('127.') : host === '::1';
  if (!isLoopback) {
    throw new Error(
      `a test KDC listens on loopback alone, not on "${host}": give 127.0.0.1, another address of 127.0.0.0/8, or ::1`,
    );
  }
}

/** Throws RangeError if `port` is not a port or 0. */
export function checkPort(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT) {
    throw new RangeError(`port must be a whole number from 0 to ${MAX_PORT}`);
  }
}

/** Listens. Throws Error if the port is taken or the system refuses it. */
export async function listen(kdc: KdcState, options: ListenOptions): Promise<Listening> {
  const { host, port } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(kdc, options);
    } catch (cause) {
      const isTaken = hasCode(cause, 'EADDRINUSE');
      if (port === 0 && isTaken && attempt < PORT_ATTEMPTS) {
        continue;
      }
      const advice = isTaken
        ? 'the port is taken, give another or 0'
        : `check the host and the port: ${isNativeError(cause) ? cause.message : String(cause)}`;
      throw new Error(`the test KDC cannot listen on ${host} port ${port}: ${advice}`, { cause });
    }
  }
}

async function listenOnce(kdc: KdcState, options: ListenOptions): Promise<Listening> {
  const { host, port, maxUdpAnswer, answer } = options;
  const by =
    (transport: 'udp' | 'tcp'): Answer =>
    (message) =>
      answer(message, transport);
  const tcp = tcpService(kdc, by('tcp'));
  tcp.server.listen({ host, port, exclusive: true });
  await once(tcp.server, 'listening');
  const udp = udpService(kdc, by('udp'), isIP(host) === 6 ? 6 : 4, maxUdpAnswer);
  try {
    const bound = portOf(tcp.server.address());
    udp.socket.bind({ address: host, port: bound, exclusive: true });
    await once(udp.socket, 'listening');
    return {
      port: bound,
      close: async () => {
        await Promise.all([tcp.close(), udp.close()]);
      },
    };
  } catch (error) {
    await Promise.all([tcp.close(), udp.close()]);
    throw error;
  }
}

function portOf(address: ReturnType<ReturnType<typeof tcpService>['server']['address']>): number {
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  return address.port;
}
