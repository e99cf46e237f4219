export type { Case, Context } from './case.js';
export {
  type ConformanceOptions,
  conformance,
  type Outcome,
  type SuiteName,
  suites,
  unknownDeclarations,
} from './suite.js';
