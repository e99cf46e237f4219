/**
 * One request to the KDCs of a realm: in order, over UDP and TCP, until one answers.
 *
 * A step is one transport to one address. The next step starts a second after the last one, or at once
 * when that failed; earlier steps keep listening, so a slow KDC's answer still counts.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { exchangeByTcp } from './tcp.js';
import { type AcceptAnswer, exchangeByUdp, type KdcAddress } from './udp.js';

export type Transport = 'udp' | 'tcp';

/** A KDC by name, as the configuration or DNS gives it. */
export interface Kdc {
  readonly host: string;
  readonly port: number;
  /** What the KDC may be asked by. */
  readonly transports: readonly Transport[];
}

/** Milliseconds before the next step starts while no answer has come. */
const STEP_INTERVAL_MS = 1000;
/** Milliseconds that the last steps are still listened to. */
const LAST_WAIT_MS = 3000;
/** Times that a datagram is sent to an address. */
const UDP_PASSES = 3;
/** Milliseconds that the whole takes at most. */
const OVERALL_MS = 30_000;

/** No KDC answered. `failures` says for each step what happened; the system's errors are in `cause`. */
export class KdcUnreachable extends Error {
  override readonly name: string = 'KdcUnreachable';
  readonly failures: readonly string[];

  constructor(failures: readonly string[], timedOut: boolean, errors: readonly unknown[] = []) {
    super(
      failures.length > 0 ? failures.join('; ') : timedOut ? 'no answer in time' : 'no address',
      errors.length > 0 ? { cause: new AggregateError(errors) } : undefined,
    );
    this.failures = failures;
  }
}

interface Step {
  readonly kdc: Kdc;
  readonly address: KdcAddress;
  readonly transport: Transport;
}

export interface SendOptions {
  /** Which transport the first steps take; the other one's steps come after. */
  readonly first: Transport;
  /** Leaves UDP away altogether, after KRB_ERR_RESPONSE_TOO_BIG. */
  readonly tcpOnly: boolean;
  /** Milliseconds for all steps together; 30 seconds at most and without it. */
  readonly overallMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

async function addressesOf(kdc: Kdc): Promise<KdcAddress[]> {
  const family = isIP(kdc.host);
  if (family === 4 || family === 6) {
    return [{ address: kdc.host, family, port: kdc.port }];
  }
  const found = await lookup(kdc.host, { all: true });
  return found.map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
    port: kdc.port,
  }));
}

function stepName({ kdc, address, transport }: Step): string {
  const name = kdc.host === address.address ? kdc.host : `${kdc.host} (${address.address})`;
  return `${transport}/${name} port ${address.port}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) {
    return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  }
  return String(error);
}

/** Sends `request` to `kdcs`. Throws KdcUnreachable, or `signal`'s reason when it aborts. */
export async function sendToKdcs<T>(
  kdcs: readonly Kdc[],
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  options: SendOptions,
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const failures = new Set<string>();
  const errors: unknown[] = [];
  const stop = new AbortController();
  return new Promise<T>((resolve, reject) => {
    let stepTimer: NodeJS.Timeout | undefined;
    let running = 0;
    let allStarted = false;
    let done = false;

    const finish = (end: () => void) => {
      if (done) {
        return;
      }
      done = true;
      clearTimeout(stepTimer);
      clearTimeout(overallTimer);
      signal?.removeEventListener('abort', onAbort);
      stop.abort();
      end();
    };
    const giveUp = (timedOut: boolean) =>
      finish(() => reject(new KdcUnreachable([...failures, ...silent()], timedOut, errors)));
    const onAbort = () => finish(() => reject(signal?.reason));
    const overallTimer = setTimeout(
      () => giveUp(true),
      Math.min(options.overallMs ?? OVERALL_MS, OVERALL_MS),
    );
    signal?.addEventListener('abort', onAbort);

    const waiting = new Set<string>();
    const silent = () => [...waiting].map((name) => `${name}: no answer`);

    const start = (step: Step): Promise<void> => {
      const name = stepName(step);
      const exchange = step.transport === 'udp' ? exchangeByUdp : exchangeByTcp;
      running += 1;
      waiting.add(name);
      return exchange(step.address, request, accept, stop.signal).then(
        (answer) => finish(() => resolve(answer)),
        (error: unknown) => {
          running -= 1;
          waiting.delete(name);
          failures.add(`${name}: ${reasonOf(error)}`);
          errors.push(error);
          if (allStarted && running === 0) {
            giveUp(false);
          }
        },
      );
    };

    const run = async () => {
      for await (const step of steps(kdcs, options, (failure) => failures.add(failure))) {
        if (done) {
          return;
        }
        const ended = start(step);
        const pause = new Promise<void>((wake) => {
          stepTimer = setTimeout(wake, STEP_INTERVAL_MS);
        });
        await Promise.race([ended, pause]);
        clearTimeout(stepTimer);
      }
      if (done) {
        return;
      }
      allStarted = true;
      if (running === 0) {
        giveUp(false);
      } else {
        stepTimer = setTimeout(() => giveUp(true), LAST_WAIT_MS);
      }
    };
    run().catch((error: unknown) => finish(() => reject(error)));
  });
}

/** The steps in order: the first transport to all, the other to all, then datagrams again. */
async function* steps(
  kdcs: readonly Kdc[],
  { first, tcpOnly }: SendOptions,
  unresolved: (failure: string) => void,
): AsyncGenerator<Step> {
  const resolved: { readonly kdc: Kdc; readonly addresses: KdcAddress[] }[] = [];
  const stepsOf = (kdc: Kdc, addresses: KdcAddress[], transport: Transport): Step[] =>
    kdc.transports.includes(transport) && !(tcpOnly && transport === 'udp')
      ? addresses.map((address) => ({ kdc, address, transport }))
      : [];

  for (const kdc of kdcs) {
    try {
      const addresses = await addressesOf(kdc);
      resolved.push({ kdc, addresses });
      yield* stepsOf(kdc, addresses, first);
    } catch (error) {
      unresolved(`${kdc.host}: ${reasonOf(error)}`);
    }
  }
  for (const { kdc, addresses } of resolved) {
    yield* stepsOf(kdc, addresses, first === 'udp' ? 'tcp' : 'udp');
  }
  for (let pass = 1; pass < UDP_PASSES; pass++) {
    for (const { kdc, addresses } of resolved) {
      yield* stepsOf(kdc, addresses, 'udp');
    }
  }
}
