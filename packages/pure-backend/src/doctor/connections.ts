/** Connects to each address of a host, and sends nothing. */
import { connect } from 'node:net';
import { systemFailure } from '../system-error.js';
import type { ConnectionReport } from './diagnosis.js';

/** Where a connection is tried. */
export interface Attempt {
  readonly address: string;
  readonly port: number;
}

/** What to do about a failure of the network, by the system's name. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  [
    'ECONNREFUSED',
    'The machine answers, but nothing listens on that port: start remctld there, or give its port with -p.',
  ],
  [
    'ETIMEDOUT',
    'Nobody answers: a firewall may drop the packets, or the machine is off. Check both, and the port.',
  ],
  [
    'EHOSTUNREACH',
    'No route leads to the machine, or it is off: check the network and the address.',
  ],
  ['ENETUNREACH', 'This machine has no route to that network: check its own network, and IPv6.'],
  ['EADDRNOTAVAIL', 'This machine does not have the source address: give one of its own with -b.'],
]);

const OTHER_ADVICE = 'Check the network between this machine and the server.';

/** Returns what to do about failed connections; the failure of the first says most. */
export function networkAdvice(attempts: readonly ConnectionReport[]): string {
  const failures = attempts.map(({ failure }) => failure);
  // A refusal comes from the machine itself: it says more than silence.
  const telling = failures.includes('ECONNREFUSED') ? 'ECONNREFUSED' : failures[0];
  return ADVICE.get(telling ?? '') ?? OTHER_ADVICE;
}

/** Tries to connect, and ends the connection at once. Silence until the signal aborts counts as ETIMEDOUT. */
export function tryConnect(
  { address, port }: Attempt,
  sourceIp: string | undefined,
  signal: AbortSignal,
): Promise<ConnectionReport> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      ...(sourceIp === undefined ? {} : { localAddress: sourceIp }),
    });
    const end = (failure: string | undefined) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve({ address, port, milliseconds: performance.now() - begun, failure });
    };
    const onAbort = () => end('ETIMEDOUT');
    signal.addEventListener('abort', onAbort);
    socket.once('connect', () => end(undefined));
    socket.on('error', (error) => end(systemFailure(error).code));
    if (signal.aborted) {
      onAbort();
    }
  });
}
