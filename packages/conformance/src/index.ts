export type { Case, Context } from './case.js';
export {
  type ConformanceOptions,
  cases,
  conformance,
  type Outcome,
  unknownDeclarations,
} from './suite.js';
