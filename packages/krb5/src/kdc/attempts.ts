/** The record of one request's steps: asked, waiting or failed. */
import { messageOf } from '../errors.js';
import { systemErrorCode } from '../file/read-file.js';
import type { KdcAddress } from './kdc.js';
import { isExhaustion, KdcUnreachable } from './kdc-unreachable.js';
import type { Step } from './steps.js';

/** The record of one request. */
export interface Attempts {
  /** Notes that a step begins. */
  begin(step: Step): void;
  /** Notes that a step ended without an answer. */
  fail(step: Step, error: unknown): void;
  /** Notes why the KDC or host called `name` could not be asked. */
  noteFailure(name: string, error: unknown): void;
  /** Tells whether a step has ended without an answer. */
  hasFailed(step: Step): boolean;
  /** Tells whether a step by UDP went to this address. */
  wasAskedByUdp(address: KdcAddress): boolean;
  /** Tells whether any step still waits for its answer. */
  isAnyRunning(): boolean;
  /** Returns the error for a request that nobody answered. */
  unreachable(timedOut: boolean): KdcUnreachable;
}

/** Begins an empty record. */
export function createAttempts(): Attempts {
  const asked: Step[] = [];
  const failed = new Set<Step>();
  const failures = new Set<string>();
  const waiting = new Set<string>();
  let running = 0;
  let exhausted: Error | undefined;

  const noteFailure = (name: string, error: unknown) => {
    failures.add(`${name}: ${reasonOf(error)}`);
    if (isExhaustion(error)) {
      exhausted = error;
    }
  };
  return {
    begin(step) {
      running += 1;
      waiting.add(stepName(step));
      asked.push(step);
    },
    fail(step, error) {
      const name = stepName(step);
      running -= 1;
      failed.add(step);
      waiting.delete(name);
      noteFailure(name, error);
    },
    noteFailure,
    hasFailed: (step) => failed.has(step),
    wasAskedByUdp: ({ address, port }) =>
      asked.some(
        (step) =>
          step.transport === 'udp' &&
          step.address.address === address &&
          step.address.port === port,
      ),
    isAnyRunning: () => running > 0,
    unreachable(timedOut) {
      const silent = [...waiting].map((name) => `${name}: no answer`);
      return new KdcUnreachable([...failures, ...silent], timedOut, exhausted);
    },
  };
}

function stepName({ kdc, address, transport }: Step): string {
  const name = kdc.host === address.address ? kdc.host : `${kdc.host} (${address.address})`;
  return `${transport}/${name} port ${address.port}`;
}

/** The words for why a KDC gave no answer. */
export function reasonOf(error: unknown): string {
  return systemErrorCode(error) ?? messageOf(error);
}
