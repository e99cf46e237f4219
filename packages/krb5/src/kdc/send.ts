/**
 * One request to the KDCs of a realm, over UDP and TCP, until one answers.
 *
 * A step is one transport to one address. The next step starts after a pause, or at once when the last one
 * failed; earlier steps keep listening, so a slow KDC's answer still counts. Who answered last comes first.
 */

import { setMaxListeners } from 'node:events';
import { isIP } from 'node:net';
import { systemErrorCode } from '../file/read-file.js';
import { resolveHost } from '../host/resolve-host.js';
import { abandonmentOf } from './abandoned.js';
import type { Kdc, KdcAddress, Transport } from './kdc.js';
import { beginWith, isAnsweredBy, type LastAnswer, lastAnswered } from './last-answer.js';
import { exchangeByTcp } from './tcp.js';
import { type AcceptAnswer, exchangeByUdp } from './udp.js';

export type { Kdc, KdcAddress, Transport } from './kdc.js';

/** Milliseconds before a KDC that was asked is asked again, or by another transport. */
const STEP_INTERVAL_MS = 1000;
/**
 * Milliseconds before the next KDC is asked, while nothing is known of the one before. Two such
 * pauses fit in a time-out of a second. libkrb5 waits a second.
 */
const NEXT_KDC_MS = 300;
/**
 * A KDC that answered before is given this many times what it took then, so that a distant one is
 * not passed over.
 */
const USUAL_TIMES = 3;
/** Milliseconds that the last steps are still listened to. */
const LAST_WAIT_MS = 3000;
/** Times that a datagram is sent to an address. */
const UDP_PASSES = 3;
/** Milliseconds that the whole takes at most. */
const OVERALL_MS = 30_000;

/** What a socket fails with where this process or machine has no more of what a socket takes. */
const EXHAUSTED: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/**
 * No KDC answered. `failures` says for each step what happened. `cause` is the system's error where
 * this machine had no descriptor or memory left to ask with: nothing is known of the KDCs then.
 */
export class KdcUnreachable extends Error {
  override readonly name: string = 'KdcUnreachable';
  readonly failures: readonly string[];

  constructor(failures: readonly string[], timedOut: boolean, cause?: Error) {
    super(
      failures.length > 0 ? failures.join('; ') : timedOut ? 'no answer in time' : 'no address',
      cause === undefined ? undefined : { cause },
    );
    this.failures = failures;
  }
}

interface Step {
  readonly kdc: Kdc;
  readonly address: KdcAddress;
  readonly transport: Transport;
}

interface PacedStep extends Step {
  /** Milliseconds before the step after it. */
  readonly pauseMs: number;
}

/** The addresses of a host. Rejects with the system's error, or with the signal's reason. */
export type Resolve = (
  host: string,
  signal: AbortSignal,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/**
 * Who is asked first after an answer: who gave it, who was before, or whom the configuration names
 * first.
 */
export type NextFirst = 'answered' | 'before' | 'configured';

export interface SendOptions<T> {
  /** Which transport the first steps take; the other one's steps come after. */
  readonly first: Transport;
  /** Leaves UDP away altogether, after KRB_ERR_RESPONSE_TOO_BIG. */
  readonly tcpOnly: boolean;
  /** Milliseconds for all steps together; 30 seconds at most and without it. */
  readonly overallMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Who answered last, and is to be asked first; kept up to date. */
  readonly last?: LastAnswer;
  /** What this answer means for who is asked first from now on; without it, who gave it. */
  readonly nextFirst?: (answer: T) => NextFirst;
  readonly resolve?: Resolve;
}

const systemResolve: Resolve = async (host, signal) => (await resolveHost(host, signal)).addresses;

async function addressesOf(
  { host, port }: Kdc,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<KdcAddress[]> {
  const family = isIP(host);
  const found = family === 0 ? await resolve(host, signal) : [{ address: host, family }];
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4, port }));
}

function stepName({ kdc, address, transport }: Step): string {
  const name = kdc.host === address.address ? kdc.host : `${kdc.host} (${address.address})`;
  return `${transport}/${name} port ${address.port}`;
}

function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? (error instanceof Error ? error.message : String(error));
}

/**
 * Sends `request` to `kdcs`. Throws KdcUnreachable, or `signal`'s reason when it aborts. What waits
 * here does not keep the process alive.
 */
export async function sendToKdcs<T>(
  kdcs: readonly Kdc[],
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  options: SendOptions<T>,
): Promise<T> {
  const { signal, last = { current: undefined }, nextFirst = () => 'answered' } = options;
  signal?.throwIfAborted();
  const failures = new Set<string>();
  const stop = new AbortController();
  // One listener for each step.
  setMaxListeners(0, stop.signal);
  const abandoned = signal === undefined ? stop.signal : abandonmentOf(signal);
  return new Promise<T>((resolve, reject) => {
    let exhausted: Error | undefined;
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
    const giveUp = (timedOut: boolean) => {
      if (exhausted === undefined) {
        forget();
      }
      finish(() => reject(new KdcUnreachable([...failures, ...silent()], timedOut, exhausted)));
    };
    const onAbort = () => finish(() => reject(signal?.reason));
    const overallTimer = setTimeout(
      () => giveUp(true),
      Math.min(options.overallMs ?? OVERALL_MS, OVERALL_MS),
    ).unref();
    signal?.addEventListener('abort', onAbort);

    const waiting = new Set<string>();
    const silent = () => [...waiting].map((name) => `${name}: no answer`);
    const asked: Step[] = [];
    const failed = new Set<Step>();

    const startedAt = performance.now();
    const forget = () => {
      if (last.current !== undefined && last.current.at < startedAt) {
        last.current = undefined;
      }
    };
    const remember = ({ kdc, address, transport }: Step, tookMs: number) => {
      const known = last.current;
      // A message that goes by TCP for its size says nothing of UDP.
      const udpSilent = asked.some(
        (step) =>
          step.transport === 'udp' &&
          step.address.address === address.address &&
          step.address.port === address.port,
      )
        ? transport === 'tcp'
        : known !== undefined && isAnsweredBy(known, kdc, address) && known.udpSilent;
      last.current = { host: kdc.host, address, udpSilent, tookMs, at: performance.now() };
    };

    const noteFailure = (name: string, error: unknown) => {
      failures.add(`${name}: ${reasonOf(error)}`);
      if (error instanceof Error && EXHAUSTED.has(systemErrorCode(error) ?? '')) {
        exhausted = error;
      }
    };
    const start = (step: Step): Promise<void> => {
      const name = stepName(step);
      const begun = performance.now();
      running += 1;
      waiting.add(name);
      asked.push(step);
      const exchange =
        step.transport === 'udp'
          ? exchangeByUdp(step.address, request, accept, stop.signal)
          : exchangeByTcp(step.address, request, accept, stop.signal, abandoned);
      return exchange.then(
        (answer) =>
          finish(() => {
            const next = nextFirst(answer);
            const isBefore = last.current && isAnsweredBy(last.current, step.kdc, step.address);
            if (next === 'answered') {
              remember(step, performance.now() - begun);
            } else if (next === 'configured' || !isBefore) {
              forget();
            }
            resolve(answer);
          }),
        (error: unknown) => {
          running -= 1;
          failed.add(step);
          waiting.delete(name);
          noteFailure(name, error);
          if (allStarted && running === 0) {
            giveUp(false);
          }
        },
      );
    };

    const pause = (ms: number) =>
      new Promise<void>((wake) => {
        stepTimer = setTimeout(wake, ms).unref();
      });

    const run = async () => {
      const plan = {
        ...options,
        last,
        stop: AbortSignal.any([stop.signal, abandoned]),
        hasFailed: (step: Step) => failed.has(step),
      };
      for await (const step of steps(kdcs, plan, noteFailure)) {
        if (done) {
          return;
        }
        await Promise.race([start(step), pause(step.pauseMs)]);
        clearTimeout(stepTimer);
      }
      if (done) {
        return;
      }
      allStarted = true;
      if (running === 0) {
        giveUp(false);
      } else {
        stepTimer = setTimeout(() => giveUp(true), LAST_WAIT_MS).unref();
      }
    };
    run().catch((error: unknown) => finish(() => reject(error)));
  });
}

interface Plan {
  readonly first: Transport;
  readonly tcpOnly: boolean;
  readonly last: LastAnswer;
  readonly resolve?: Resolve;
  /** Ends the resolution of names, which would keep the process alive when nobody waits. */
  readonly stop: AbortSignal;
  /** Whether a step has ended without an answer. */
  readonly hasFailed: (step: Step) => boolean;
}

/**
 * The steps in order: the one that led to the last answer; the first transport to all, the other to
 * all, then datagrams again. A KDC whose name is not resolved by the time that it is its turn is
 * passed over, until it is.
 */
async function* steps(
  kdcs: readonly Kdc[],
  { first, tcpOnly, last, stop, hasFailed, resolve = systemResolve }: Plan,
  noteFailure: (host: string, error: unknown) => void,
): AsyncGenerator<PacedStep> {
  const answered = lastAnswered(last);
  const usualMs = answered === undefined ? 0 : USUAL_TIMES * answered.tookMs;
  const isAnswered = (kdc: Kdc, address: KdcAddress) =>
    answered !== undefined && isAnsweredBy(answered, kdc, address);
  const other = first === 'udp' ? 'tcp' : 'udp';
  /** What did not answer by UDP last time is asked by TCP first. */
  const isFirst = ({ kdc, address, transport }: Step) =>
    transport === 'tcp' && answered?.udpSilent === true && isAnswered(kdc, address);
  const resolved: { readonly kdc: Kdc; readonly addresses: readonly KdcAddress[] }[] = [];
  const resolving = new Set<Promise<void>>();

  const stepsOf = (transport: Transport, from = 0): Step[] =>
    resolved
      .slice(from)
      .flatMap(({ kdc, addresses }) =>
        kdc.transports.includes(transport) && !(tcpOnly && transport === 'udp')
          ? addresses.map((address) => ({ kdc, address, transport }))
          : [],
      );
  const slowly = (list: readonly Step[]): PacedStep[] =>
    list.map((step) => ({ ...step, pauseMs: STEP_INTERVAL_MS }));
  const quickly = ({ kdc, address }: Step) =>
    isAnswered(kdc, address)
      ? Math.min(Math.max(NEXT_KDC_MS, usualMs), STEP_INTERVAL_MS)
      : NEXT_KDC_MS;

  const locate = async (kdc: Kdc) => {
    try {
      const addresses = await addressesOf(kdc, resolve, stop);
      resolved.push({
        kdc,
        addresses: beginWith(addresses, (address) => isAnswered(kdc, address)),
      });
    } catch (error) {
      noteFailure(kdc.host, error);
    }
  };

  const ordered = beginWith(
    kdcs,
    ({ host, port }) =>
      answered !== undefined && host === answered.host && port === answered.address.port,
  );
  let begun = 0;
  let savedMs = 0;
  for (const [index, kdc] of ordered.entries()) {
    const located = locate(kdc).finally(() => resolving.delete(located));
    resolving.add(located);
    await within(located, NEXT_KDC_MS);
    const round = [...stepsOf(other, begun).filter(isFirst), ...stepsOf(first, begun)];
    begun = resolved.length;
    for (const step of round) {
      const isLast = step === round.at(-1) && index + 1 === ordered.length;
      // Nobody is asked again sooner because the others were asked sooner.
      const pauseMs = isLast ? STEP_INTERVAL_MS + savedMs : quickly(step);
      const paced = { ...step, pauseMs };
      yield paced;
      if (!hasFailed(paced)) {
        savedMs += STEP_INTERVAL_MS - pauseMs;
      }
    }
  }
  const others = stepsOf(other).filter((step) => !isFirst(step));
  yield* slowly(others);
  for (let pass = 1; pass < UDP_PASSES; pass++) {
    yield* slowly(stepsOf('udp'));
  }
  // Names that took longer than all that.
  const known = resolved.length;
  await Promise.all(resolving);
  yield* slowly(stepsOf(first, known));
  yield* slowly(stepsOf(other, known));
}

/** Waits for `work`, but not longer than `ms`. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((wake) => {
    timer = setTimeout(wake, ms).unref();
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
