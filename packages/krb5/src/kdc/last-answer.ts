/** Which of a realm's KDCs answered last. */
import type { Kdc, KdcAddress, Transport } from './kdc.js';

/** Milliseconds that an answer is remembered. Later the order of krb5.conf or DNS counts again. */
const REMEMBERED_MS = 5 * 60_000;

/** The KDC that answered, and how. */
export interface Answered {
  readonly host: string;
  readonly address: KdcAddress;
  /** Whether UDP got no answer from it before TCP did. */
  readonly udpSilent: boolean;
  /** Milliseconds from the request to the answer. */
  readonly tookMs: number;
  /** `performance.now()` of the answer. */
  readonly at: number;
}

/** The memory of one realm's KDCs. */
export interface LastAnswer {
  current: Answered | undefined;
}

/** One answer to one request. */
export interface FreshAnswer {
  readonly kdc: Kdc;
  readonly address: KdcAddress;
  readonly transport: Transport;
  readonly tookMs: number;
  /** Whether the request went to this address by UDP too. */
  readonly askedByUdp: boolean;
}

/** Returns the KDC that answered last; undefined if that was too long ago. */
export function lastAnswered({ current }: LastAnswer): Answered | undefined {
  return current !== undefined && performance.now() - current.at < REMEMBERED_MS
    ? current
    : undefined;
}

/** Tells whether the remembered answer came from this address of this KDC. */
export function isAnsweredBy(answered: Answered, kdc: Kdc, address: KdcAddress): boolean {
  return (
    answered.host === kdc.host &&
    answered.address.port === address.port &&
    answered.address.address === address.address
  );
}

/** Remembers an answer: its KDC is asked first from now on. */
export function rememberAnswer(last: LastAnswer, answer: FreshAnswer): void {
  const { kdc, address, transport, tookMs, askedByUdp } = answer;
  const before = last.current;
  // A message that goes by TCP for its size says nothing of UDP.
  const udpSilent = askedByUdp
    ? transport === 'tcp'
    : before !== undefined && isAnsweredBy(before, kdc, address) && before.udpSilent;
  last.current = { host: kdc.host, address, udpSilent, tookMs, at: performance.now() };
}

/** Forgets an answer from before `startedAt` (`performance.now()`). */
export function forgetAnswer(last: LastAnswer, startedAt: number): void {
  if (last.current !== undefined && last.current.at < startedAt) {
    last.current = undefined;
  }
}

/** Returns `items` with those first for which `isFirst` is true. */
export function beginWith<T>(items: readonly T[], isFirst: (item: T) => boolean): T[] {
  return [...items.filter(isFirst), ...items.filter((item) => !isFirst(item))];
}
