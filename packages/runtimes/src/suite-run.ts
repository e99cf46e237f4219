/** A run of a suite, and a case's result: what this process and the runtime's tell each other. */
import type { SuiteName } from '@remctl/conformance';

/** The cases that a process on a runtime runs. */
export interface SuiteRun {
  readonly suite: SuiteName;
  readonly protocol: 1 | 2;
  /** Cases that do not run. */
  readonly without: readonly string[];
  /** The only cases that run: ids, or `area/` for all cases of an area. Without it, all run. */
  readonly only?: readonly string[];
  /** The command of the runtime, for suites whose cases start the backend in processes of their own. */
  readonly runtime: readonly string[];
  /** Hosts that the suite of names leaves out. */
  readonly withoutHosts: readonly string[];
}

/** The beginning of a line of output that holds a `CaseReport` as JSON. */
export const REPORT_MARK = '@case ';

export interface CaseReport {
  readonly id: string;
  /** The error's text and stack; undefined if the case passed. */
  readonly failure?: string;
}

/** Whether a case with this id is among those that run. */
export function runs({ without, only }: SuiteRun, id: string): boolean {
  if (without.includes(id)) {
    return false;
  }
  return only?.some((name) => id === name || (name.endsWith('/') && id.startsWith(name))) ?? true;
}
