/** Runs one step of a diagnosis within its time. */
import { isNativeError } from 'node:util/types';
import { krb5Advice } from '@remctl/krb5/doctor';
import { type Bounds, boundedWork } from '../bounded.js';
import type { DiagnosisStep, StepDetails, StepName, StepOutcome } from './diagnosis.js';

const MS_PER_SECOND = 1000;

/** What a step finds. */
export interface Finding<N extends StepName> {
  readonly facts: readonly string[];
  readonly details: StepDetails[N];
  /** The default is `ok`. */
  readonly outcome?: StepOutcome;
  readonly problem?: string;
  readonly advice?: string;
}

/** The words for a step that did not end in time, or that failed without words of its own. */
export interface StepWords {
  readonly late: string;
  readonly advice: string;
}

type StepOf<N extends StepName> = Extract<DiagnosisStep, { readonly name: N }>;

/** A step that cannot be tried yet. */
export function notTried<N extends StepName>(name: N, problem: string): StepOf<N> {
  return {
    ...{ name, outcome: 'not-tried', milliseconds: 0, facts: [], problem, details: undefined },
  } as unknown as StepOf<N>;
}

/**
 * Runs `work`, whose signal aborts when the step's time is over. What `work` throws becomes the step's problem. Throws
 * the reason of `bounds.signal` alone.
 */
export async function runStep<N extends StepName>(
  name: N,
  bounds: Bounds,
  words: StepWords,
  work: (signal: AbortSignal) => Promise<Finding<N>>,
): Promise<StepOf<N>> {
  const { timeoutMs, signal } = bounds;
  signal.throwIfAborted();
  const late = new Error(`${words.late} within ${timeoutMs / MS_PER_SECOND} s`);
  const begun = performance.now();
  const milliseconds = () => performance.now() - begun;
  try {
    const { outcome = 'ok', ...finding } = await boundedWork(work, bounds, () => late);
    return { name, outcome, milliseconds: milliseconds(), ...finding } as unknown as StepOf<N>;
  } catch (error) {
    signal.throwIfAborted();
    const problem = isNativeError(error) ? error.message : String(error);
    const advice = krb5Advice(error) ?? words.advice;
    return {
      ...{ name, outcome: 'failed', milliseconds: milliseconds(), facts: [], problem, advice },
      details: undefined,
    } as unknown as StepOf<N>;
  }
}
