export type { Case, Comparison, Context } from './case.js';
export {
  collectGarbage,
  descriptors,
  residentMemory,
  threads,
  type Usage,
  usage,
} from './process.js';
export {
  type ConformanceOptions,
  conformance,
  type Outcome,
  type SuiteName,
  suites,
  unknownDeclarations,
} from './suite.js';
