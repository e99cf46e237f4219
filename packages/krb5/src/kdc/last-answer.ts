/** Which of a realm's KDCs answered last. */
import type { Kdc, KdcAddress } from './kdc.js';

/** Milliseconds that an answer is remembered: after that the order of krb5.conf or DNS counts again. */
const REMEMBERED_MS = 5 * 60_000;

/** Who answered, and how. */
export interface Answered {
  readonly host: string;
  readonly address: KdcAddress;
  /** Whether it answered by TCP what it was asked by UDP in vain. */
  readonly udpSilent: boolean;
  /** Milliseconds from the request to the answer. */
  readonly tookMs: number;
  /** `performance.now()` of the answer. */
  readonly at: number;
}

/** What is remembered of one realm's KDCs. */
export interface LastAnswer {
  current: Answered | undefined;
}

/** Who answered last, unless that was too long ago. */
export function lastAnswered({ current }: LastAnswer): Answered | undefined {
  return current !== undefined && performance.now() - current.at < REMEMBERED_MS
    ? current
    : undefined;
}

export function isAnsweredBy(answered: Answered, kdc: Kdc, address: KdcAddress): boolean {
  return (
    answered.host === kdc.host &&
    answered.address.port === address.port &&
    answered.address.address === address.address
  );
}

/** `items`, those first that `isFirst` names. */
export function beginWith<T>(items: readonly T[], isFirst: (item: T) => boolean): T[] {
  return [...items.filter(isFirst), ...items.filter((item) => !isFirst(item))];
}
