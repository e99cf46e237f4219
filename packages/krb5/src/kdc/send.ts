/**
 * Sends one request to a realm's KDCs until one answers.
 *
 * The next step starts after a pause, or at once when the last one failed. Earlier steps keep
 * listening, so a slow KDC's answer still counts.
 */
import { setMaxListeners } from 'node:events';
import { trace } from '../trace/trace.js';
import { addressWords } from '../trace/words.js';
import { abandonmentOf } from './abandoned.js';
import { createAttempts, reasonOf } from './attempts.js';
import type { AcceptAnswer, Kdc, Resolve, Transport } from './kdc.js';
import { isSilence } from './kdc-unreachable.js';
import { forgetAnswer, isAnsweredBy, type LastAnswer, rememberAnswer } from './last-answer.js';
import { type Step, steps } from './steps.js';
import { exchangeBy } from './transports.js';

/** Milliseconds that the last steps are still listened to. */
const LAST_WAIT_MS = 3000;
/** Milliseconds that a KDC proxy is still listened to: it has KDCs of its own to wait for. */
const LAST_PROXY_WAIT_MS = 10_000;
/** Milliseconds that the whole takes at most. */
const OVERALL_MS = 30_000;

/**
 * Who is asked first after an answer: the KDC that gave it, the one that was first before, or the
 * one that the configuration names first.
 */
export type NextFirst = 'answered' | 'before' | 'configured';

/** How one request is sent. */
export interface SendOptions<T> {
  /** The transport of the first steps; the other transport's steps come after. */
  readonly first: Transport;
  /** Leaves UDP away altogether, after KRB_ERR_RESPONSE_TOO_BIG. */
  readonly tcpOnly: boolean;
  /** Milliseconds for all steps together; 30 seconds at most and by default. */
  readonly overallMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** The KDC that answered last, which is asked first; `sendToKdcs` updates it. */
  readonly last?: LastAnswer;
  /** Called with the KDC whose answer is taken. */
  readonly onAnswer?: ((kdc: Kdc) => void) | undefined;
  /** Says who is asked first after this answer; by default the KDC that gave it. */
  readonly nextFirst?: (answer: T) => NextFirst;
  readonly resolve?: Resolve;
}

/**
 * Sends `request` to `kdcs` and returns the first answer that `accept` takes. Throws KdcUnreachable
 * if nobody answers, or `signal`'s reason. The sockets and timers do not keep the process alive.
 */
export async function sendToKdcs<T>(
  kdcs: readonly Kdc[],
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  options: SendOptions<T>,
): Promise<T> {
  const { signal, last = { current: undefined }, nextFirst = () => 'answered' } = options;
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const attempts = createAttempts();
  const stop = new AbortController();
  // One listener for each step.
  setMaxListeners(0, stop.signal);
  const abandoned = signal === undefined ? stop.signal : abandonmentOf(signal);
  const noteAnswer = ({ kdc, address, transport }: Step, answer: T, tookMs: number) => {
    const next = nextFirst(answer);
    if (next === 'answered') {
      const askedByUdp = attempts.wasAskedByUdp(address);
      rememberAnswer(last, { kdc, address, transport, tookMs, askedByUdp });
      return;
    }
    const isFirst = last.current !== undefined && isAnsweredBy(last.current, kdc, address);
    if (next === 'configured' || !isFirst) {
      forgetAnswer(last, startedAt);
    }
  };

  return new Promise<T>((resolve, reject) => {
    let stepTimer: NodeJS.Timeout | undefined;
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
      const error = attempts.unreachable(timedOut);
      if (isSilence(error)) {
        forgetAnswer(last, startedAt);
      }
      finish(() => reject(error));
    };
    const onAbort = () => finish(() => reject(signal?.reason));
    const overallTimer = setTimeout(
      () => giveUp(true),
      Math.min(options.overallMs ?? OVERALL_MS, OVERALL_MS),
    ).unref();
    signal?.addEventListener('abort', onAbort);

    const start = async (step: Step): Promise<void> => {
      const begun = performance.now();
      attempts.begin(step);
      const { transport, address } = step;
      const to = () => addressWords(transport, address);
      trace(() => `Sending ${transport.toUpperCase()} request to ${to()}`);
      const acceptTraced: AcceptAnswer<T> = (bytes) => {
        trace(() => `Received answer (${bytes.length} bytes) from ${to()}`);
        return accept(bytes);
      };
      let answer: T;
      try {
        answer = await exchangeBy[transport](
          address,
          request,
          acceptTraced,
          stop.signal,
          abandoned,
        );
      } catch (error) {
        attempts.fail(step, error);
        if (!done) {
          trace(() => `${transport.toUpperCase()} error with ${to()}: ${reasonOf(error)}`);
        }
        if (allStarted && !attempts.isAnyRunning()) {
          giveUp(false);
        }
        return;
      }
      finish(() => {
        noteAnswer(step, answer, performance.now() - begun);
        options.onAnswer?.(step.kdc);
        resolve(answer);
      });
    };

    const pause = (ms: number) =>
      new Promise<void>((wake) => {
        stepTimer = setTimeout(wake, ms).unref();
      });

    const lastWaitMs = kdcs.some(({ proxy }) => proxy !== undefined)
      ? LAST_PROXY_WAIT_MS
      : LAST_WAIT_MS;
    const run = async () => {
      const plan = {
        first: options.first,
        tcpOnly: options.tcpOnly,
        resolve: options.resolve,
        last,
        stop: AbortSignal.any([stop.signal, abandoned]),
        hasFailed: attempts.hasFailed,
        onUnresolved: attempts.noteFailure,
      };
      for await (const step of steps(kdcs, plan)) {
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
      if (attempts.isAnyRunning()) {
        stepTimer = setTimeout(() => giveUp(true), lastWaitMs).unref();
      } else {
        giveUp(false);
      }
    };
    run().catch((error: unknown) => finish(() => reject(error)));
  });
}
