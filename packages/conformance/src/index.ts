export type { BackendModule, Case, Comparison, Context } from './case.js';
export { loadInSmall } from './load/in-small.js';
export { type RunCasesOptions, runCases } from './run-cases.js';
export {
  type ConformanceOptions,
  conformance,
  type Outcome,
  type SuiteName,
  suites,
  unknownDeclarations,
} from './suite.js';
